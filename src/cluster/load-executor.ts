// From a load request to an executor that holds the shard: parse what the leader sent, open the files, stream the slices in.
import { type ErrorData, toErrorData } from '../base/errors.ts'
import type { Executor } from '../compute/executor.ts'
import { shardMemory } from '../plan/plan-memory.ts'
import { shardTensors } from '../plan/shard-tensors.ts'
import type { ByteSource } from '../weights/byte-source.ts'
import { residentFormats, weightsLabel } from '../weights/formats.ts'
import type { Gate } from '../weights/gate.ts'
import { loadShard } from '../weights/loader.ts'
import { checkSources, parseManifest } from '../weights/manifest.ts'
import type { PeerFile } from '../weights/peer-source.ts'
import { openWeightCache } from '../weights/weight-cache.ts'
import { checkMemory, checkShard } from './check-shard.ts'
import type { LoadReport, LoadRequest } from './engine-protocol.ts'
import { executorFactory } from './executors.ts'
import { openManifestSource } from './open-model.ts'
import type { LoadProgress } from './session-state.ts'

export interface LoadContext {
  /** Files that this device has open already, in the manifest's order; null: they are opened. */
  sources: readonly ByteSource[] | null
  /** Opens a file that lies on the leader's device. */
  openPeerFile(file: PeerFile): ByteSource
  onProgress(progress: LoadProgress): void
  signal: AbortSignal
  gate: Gate
}

/** Nothing of the request is believed before it is parsed. On failure everything is given back. */
export async function loadExecutor(
  request: LoadRequest,
  { sources, openPeerFile, onProgress, signal, gate }: LoadContext,
): Promise<{ executor: Executor; report: LoadReport }> {
  const { shard, weights, baseUrl, threads } = request
  const manifest = parseManifest(request.manifest)
  const { config } = manifest
  checkShard(config, shard)
  const formats = residentFormats(manifest, weights)
  checkMemory(shardMemory(config, shard, formats, request.executor), request.memoryBytes)
  const tensors = shardTensors(config, shard, formats)
  const opened =
    sources ??
    (await Promise.all(manifest.sources.map((source) => openManifestSource(source, { baseUrl, openPeerFile }, signal))))
  checkSources(manifest, opened)
  const factory = await executorFactory(request.executor)
  const notices: ErrorData[] = []
  const report = withKernels(onProgress)
  const loader = await factory.create({ config, shard, tensors, threads, onPrepared: report.kernels })
  const cache = await openWeightCache(opened, (problem) => notices.push(toErrorData(problem)), manifest.modelId)
  try {
    await loadShard({
      manifest,
      tensors,
      sources: opened,
      cache,
      loader,
      onProgress: report.bytes,
      signal,
      gate,
    })
    const executor = await loader.finish()
    const { weightBytes, peakBytes } = executor.memory
    const label = weightsLabel(manifest, weights)
    const downloadedBytes = opened.reduce((sum, source) => sum + source.downloadedBytes, 0)
    return {
      executor,
      report: {
        executor: executor.kind,
        weights: label,
        weightBytes,
        downloadedBytes,
        peakMemoryBytes: peakBytes,
        notices,
      },
    }
  } catch (error) {
    loader.close()
    throw error
  } finally {
    cache.close()
  }
}

/** Two ways of progress as one: kernels are compiled while bytes come, and at times after them. */
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
  }
}
