// From a load request to an executor that holds the shard: parse what the leader sent, open the files, stream the slices in.
import { type ErrorData, toErrorData } from '../base/errors.ts'
import type { Executor } from '../compute/executor.ts'
import { refusalWords } from '../device/capability-assessor.ts'
import { shardTensors } from '../plan/shard-tensors.ts'
import type { ByteSource } from '../weights/byte-source.ts'
import { residentFormats, weightsLabel } from '../weights/formats.ts'
import type { Gate } from '../weights/gate.ts'
import { isWhole } from '../weights/is-whole.ts'
import { loadShard } from '../weights/loader.ts'
import { checkSources, parseManifest } from '../weights/manifest.ts'
import type { PeerFile } from '../weights/peer-source.ts'
import { openWeightCache } from '../weights/weight-cache.ts'
import { checkShard } from './check-shard.ts'
import type { LoadReport, LoadRequest } from './engine-protocol.ts'
import { factoryFor, type LoadWay, loadFirst, loadWays } from './load-ways.ts'
import { type OpenedFiles, openManifestSource } from './open-model.ts'
import type { LoadProgress } from './session-state.ts'

export interface LoadContext {
  /** What this device has open already, with the manifest's sources; null: they are opened. */
  leading: Pick<OpenedFiles, 'sources' | 'kept'> | null
  /** Opens a file that lies on the leader's device. */
  openPeerFile(file: PeerFile): ByteSource
  onProgress(progress: LoadProgress): void
  signal: AbortSignal
  gate: Gate
}

/** Nothing of the request is believed before it is parsed. On failure everything is given back. */
export async function loadExecutor(
  request: LoadRequest,
  { leading, openPeerFile, onProgress, signal, gate }: LoadContext,
): Promise<{ executor: Executor; report: LoadReport }> {
  const { shard, weights, baseUrl, threads } = request
  const manifest = parseManifest(request.manifest)
  const { config } = manifest
  checkShard(config, shard)
  const formats = residentFormats(manifest, weights)
  const ways = loadWays(request, config, shard, formats)
  const tensors = shardTensors(config, shard, formats)
  const opened =
    leading?.sources ??
    (await Promise.all(manifest.sources.map((source) => openManifestSource(source, { baseUrl, openPeerFile }, signal))))
  checkSources(manifest, opened)
  const notices: ErrorData[] = []
  const cache = await openWeightCache(opened, (problem) => notices.push(toErrorData(problem)), manifest.modelId)
  const loadInto = async (way: LoadWay) => {
    const report = withKernels(onProgress)
    const factory = await factoryFor(way)
    const loader = await factory.create({ config, shard, tensors, threads, onPrepared: report.kernels })
    try {
      await loadShard({ manifest, tensors, sources: opened, cache, loader, onProgress: report.bytes, signal, gate })
      const executor = await loader.finish()
      return { executor, ...(typeof way === 'string' ? {} : { prompts: way.prefill }) }
    } catch (error) {
      loader.close()
      report.end()
      throw error
    }
  }
  try {
    let refusal: Pick<LoadReport, 'refusal'> = {}
    const { executor, ...reads } = await loadFirst(ways, loadInto, (error) => {
      refusal = { refusal: refusalWords(error) }
    })
    const { weightBytes, peakBytes } = executor.memory
    const downloadedBytes = opened.reduce((sum, source) => sum + source.downloadedBytes, 0)
    return {
      executor,
      report: {
        executor: executor.kind,
        ...reads,
        ...refusal,
        weights: weightsLabel(manifest, weights),
        weightBytes,
        downloadedBytes,
        peakMemoryBytes: peakBytes,
        notices,
      },
    }
  } finally {
    const files = isWhole(manifest, cache) ? leading?.kept() : null
    cache.close()
    if (files) await cache.noteWhole({ modelId: manifest.modelId, files: [...files] })
  }
}

/** Two kinds of progress of one way as one: kernels are compiled while bytes come, and at times after them. */
function withKernels(onProgress: (progress: LoadProgress) => void) {
  let bytes: LoadProgress | null = null
  let kernels: LoadProgress['kernels']
  const tell = () => {
    if (bytes) onProgress(kernels ? { ...bytes, kernels } : bytes)
  }
  return {
    bytes(progress: LoadProgress) {
      bytes = progress
      tell()
    },
    kernels(ready: number, all: number) {
      kernels = ready < all ? { ready, all } : undefined
      tell()
    },
    /** Kernels that are still being compiled are told of no more. */
    end() {
      bytes = null
    },
  }
}
