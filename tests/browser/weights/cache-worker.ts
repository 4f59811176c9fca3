// Loads one rank's slices of a model through the cache, as the engine worker does: sync access handles exist in workers only.
import type { ByteSource } from '../../../src/weights/byte-source.ts'
import { sha256Hex } from '../../../src/weights/digest.ts'
import { openFileSource } from '../../../src/weights/file-source.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { openWeightCache } from '../../../src/weights/weight-cache.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { tensorsOfShares } from '../../support/shard-of-shares.ts'

export interface CacheRequest {
  file: Blob
  etag: string
  shares: number[]
  rank: number
  /** Leave the cache open, as a tab that is still loading does. */
  keepOpen: boolean
}

export interface CacheReply {
  readBytes: number
  /** SHA-256 of all slices, in order of their names. */
  digest: string
  problems: string[]
}

self.onmessage = async ({ data }: MessageEvent<CacheRequest>) => {
  const plain = openFileSource(data.file, 'stories.gguf')
  const { manifest } = await openGguf(plain, 'stories')
  let readBytes = 0
  const source: ByteSource = {
    ...plain,
    etag: data.etag,
    // A file of this device would not be kept.
    verified: 'length-and-etag',
    async *read(range, signal) {
      for await (const chunk of plain.read(range, signal)) {
        readBytes += chunk.length
        yield chunk
      }
    },
  }
  const problems: string[] = []
  const tensors = tensorsOfShares(manifest, data.shares, 'auto')[data.rank]!
  const loader = collectWeights(tensors)
  const cache = await openWeightCache([source], (problem) => problems.push(problem.message), 'model')
  await loadShard({ manifest, tensors, sources: [source], cache, loader })
  if (!data.keepOpen) cache.close()
  const slices = [...loader.finish()].sort(([a], [b]) => (a < b ? -1 : 1))
  const digests = await Promise.all(slices.map(([, bytes]) => sha256Hex(bytes)))
  const reply: CacheReply = {
    readBytes,
    digest: await sha256Hex(new TextEncoder().encode(digests.join())),
    problems,
  }
  self.postMessage(reply)
}
