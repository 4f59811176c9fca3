import { bytesInWords } from '../../base/bytes-in-words.ts'
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import { allocateEntry } from './bottleneck-weights.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import type { JoinWeights } from './join-weights.ts'
import type { CachePiece } from './kernels/attention-shape.ts'
import type { LayerEntry } from './kernels/enter-layer.ts'
import type { WeightArrays } from './weight-arrays.ts'
import type { WeightMatrix } from './weight-matrix.ts'

export interface OwnAttention {
  slice: ShardSublayer & { kind: 'attention' }
  /** To queries, keys and values; null where they come with the layer's entry. */
  projection: WeightMatrix | null
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
  /** Into a layer with a stream of its own, with queries, keys and values. */
  entry: LayerEntry | null
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
  const { headSize, norm } = config
  const entry = allocateEntry(arrays, config, slice)
  const own = (): OwnAttention => ({
    slice,
    projection: entry ? null : arrays.dense(['query', 'key', 'value'], layer),
    projectedSize: (rangeLength(queryHeads) + 2 * rangeLength(kvHeads)) * headSize,
    headGains: config.queryKeyNorm ? arrays.vectors(['queryNorm', 'keyNorm'], layer) : null,
    cache: allocateCache(gpu, config, shard, rangeLength(kvHeads)),
    output: arrays.matrix(['attentionOutput'], layer),
    ownColumn: queryHeads.start * headSize - arrays.get('attentionOutput', layer).columns.start,
  })
  return {
    kind: 'attention',
    norm: norm.placement === 'pre' ? arrays.norm('attentionNorm', layer, norm.kind) : null,
    entry,
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
      `The keys and values of one head take ${bytesInWords(headBytes)} for ${contextLength} positions, but this GPU binds at most ${bytesInWords(gpu.bindingBytes)} at once. Use a shorter context, or the WASM executor.`,
    )
  const pieces: CachePiece[] = []
  for (let start = 0; start < kvHeads; start += most) {
    const end = Math.min(start + most, kvHeads)
    pieces.push({ array: gpu.allocate((end - start) * headBytes, 'float32'), kvHeads: { start, end } })
  }
  return pieces
}
