import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import { allocateBottleneck, type BottleneckWeights, type JoinWeights } from './join-weights.ts'
import type { CachePiece } from './kernels/attention-shape.ts'
import type { WeightArrays } from './weight-arrays.ts'
import type { WeightMatrix } from './weight-matrix.ts'

/** Rows that are multiplied with one input. */
export interface Projection {
  matrix: WeightMatrix
  input: 'stream' | 'shared' | 'residual'
  /** Where its result goes in a token's queries, keys and values. */
  offset: number
}

export interface OwnAttention {
  slice: ShardSublayer & { kind: 'attention' }
  projections: readonly Projection[]
  /** Floats of a token's queries, keys and values. */
  projectedSize: number
  /** RMS gains of query and key heads, [2, D]; null: none. */
  headGains: GpuArray | null
  /** Keys and values of my KV heads, in order: several pieces where a kernel could not bind all. */
  cache: readonly CachePiece[]
  output: WeightMatrix
  /** Column of `output` where my own heads begin (it is widened to whole blocks). */
  ownColumn: number
}

export interface AttentionWeights {
  kind: 'attention'
  /** Over the stream before the sublayer; null where norms come after. */
  norm: GpuArray | null
  /** How the layer's own stream, and what queries and keys see, are made of the residual stream. */
  entry: { stream: BottleneckWeights; shared: BottleneckWeights | null } | null
  /** null where my slice is empty. */
  own: OwnAttention | null
  join: JoinWeights
}

/** Throws `model-format` where a tensor is not listed, `out-of-memory` where the cache of one KV head is larger than a kernel may bind. */
export function allocateAttention(
  gpu: GpuSession,
  arrays: WeightArrays,
  config: ModelConfig,
  shard: Shard,
  slice: ShardSublayer & { kind: 'attention' },
): AttentionWeights {
  const { layer, queryHeads, kvHeads } = slice
  const { headSize, bottleneck, norm } = config
  const kvSize = rangeLength(kvHeads) * headSize
  const keysAndQueries = rangeLength(queryHeads) * headSize + kvSize
  const own = (): OwnAttention => ({
    slice,
    projections: bottleneck?.sharedKeyQuery
      ? [
          { matrix: arrays.dense(['query', 'key'], layer), input: 'shared', offset: 0 },
          { matrix: arrays.dense(['value'], layer), input: 'residual', offset: keysAndQueries },
        ]
      : [{ matrix: arrays.dense(['query', 'key', 'value'], layer), input: 'stream', offset: 0 }],
    projectedSize: keysAndQueries + kvSize,
    headGains: config.queryKeyNorm ? arrays.vectors(['queryNorm', 'keyNorm'], layer) : null,
    cache: allocateCache(gpu, config, shard, rangeLength(kvHeads)),
    output: arrays.matrix(['attentionOutput'], layer),
    ownColumn: queryHeads.start * headSize - arrays.get('attentionOutput', layer).columns.start,
  })
  return {
    kind: 'attention',
    norm: norm.placement === 'pre' ? arrays.norm('attentionNorm', layer, norm.kind) : null,
    entry: bottleneck && {
      stream: allocateBottleneck(arrays, config, 'inputBottleneck', layer),
      shared: bottleneck.sharedKeyQuery ? allocateBottleneck(arrays, config, 'sharedBottleneck', layer) : null,
    },
    own: isEmpty(queryHeads) ? null : own(),
    join: {
      bias: arrays.biases(['attentionOutputBias'], layer),
      norm: norm.placement === 'post' ? arrays.norm('attentionNorm', layer, norm.kind) : null,
      exit: null,
    },
  }
}

function allocateCache(gpu: GpuSession, config: ModelConfig, { contextLength }: Shard, kvHeads: number): CachePiece[] {
  const headBytes = 2 * kvPositions(config, contextLength) * config.headSize * 4
  const most = Math.floor(gpu.bindingBytes / headBytes)
  if (most === 0)
    throw new HeadroomError(
      'out-of-memory',
      `The keys and values of one head take ${headBytes} bytes for ${contextLength} positions, but this GPU binds at most ${gpu.bindingBytes}. Use a shorter context, or the WASM executor.`,
    )
  const pieces: CachePiece[] = []
  for (let start = 0; start < kvHeads; start += most) {
    const end = Math.min(start + most, kvHeads)
    pieces.push({ array: gpu.allocate((end - start) * headBytes, 'float32'), kvHeads: { start, end } })
  }
  return pieces
}
