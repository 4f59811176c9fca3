// What a shard holds on the GPU, allocated whole before the first byte comes, and where each tensor's rows go.
import { rotatedSizeOf } from '../../model/config.ts'
import type { ExecutorSetup } from '../executor.ts'
import { type AttentionWeights, allocateAttention } from './attention-weights.ts'
import { type EmbeddingTables, embeddingTables } from './embedding-tables.ts'
import { allocateFeedForward, type FeedForwardWeights } from './feed-forward-weights.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import { allocateHead, type HeadWeights } from './head-weights.ts'
import { type RowSink, weightArrays } from './weight-arrays.ts'

export interface ShardWeights {
  sublayers: readonly (AttentionWeights | FeedForwardWeights)[]
  /** After the last sublayer; null where norms come after the sums. */
  outputNorm: GpuArray | null
  /** null when I hold no vocabulary rows. */
  head: HeadWeights | null
  embedding: EmbeddingTables
  /** Filled while loading; empty until then. */
  ropeFactors: Float32Array | null
  sinks: ReadonlyMap<string, RowSink>
  byteLength: number
  kvBytes: number
}

/** Allocates, KV caches too; throws `model-format` where a tensor that the shard needs is not listed. */
export function allocateShardWeights(
  gpu: GpuSession,
  { config, shard, tensors }: Pick<ExecutorSetup, 'config' | 'shard' | 'tensors'>,
): ShardWeights {
  const arrays = weightArrays(gpu, tensors)
  const embedding = embeddingTables(config, arrays)
  const sublayers = shard.sublayers.map((slice) =>
    slice.kind === 'attention'
      ? allocateAttention(gpu, arrays, config, shard, slice)
      : allocateFeedForward(gpu, arrays, config, slice),
  )
  const outputNorm = config.norm.placement === 'pre' ? arrays.norm('outputNorm', null, config.norm.kind) : null
  const head = allocateHead(gpu, arrays, config, shard)
  const ropeFactors = arrays.find('ropeFactors', null) ? new Float32Array(rotatedSizeOf(config) / 2) : null
  if (ropeFactors)
    arrays.sinks.set('ropeFactors', (_first, _count, bytes) => ropeFactors.set(new Float32Array(bytes.slice().buffer)))
  const caches = sublayers.flatMap(({ own }) => (own && 'cache' in own ? own.cache : []))
  const kvBytes = caches.reduce((sum, { array }) => sum + array.byteLength, 0)
  return {
    sublayers,
    outputNorm,
    head,
    embedding,
    ropeFactors,
    sinks: arrays.sinks,
    byteLength: arrays.byteLength + embedding.byteLength,
    kvBytes,
  }
}
