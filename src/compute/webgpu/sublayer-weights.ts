// What one rank holds of a sublayer on the GPU. Norms, output biases and bottlenecks are every rank's, matrices are cut.
import { HeadroomError, ModelFormatError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { isLastOfLayer } from '../../model/model-tensors.ts'
import type { TensorRole } from '../../model/tensor.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard, ShardSublayer } from '../../plan/shard-plan.ts'
import type { GpuSession } from './gpu-session.ts'
import type { InnerWeights } from './kernels/gate-up.ts'
import type { GpuArray } from './tfjs-device.ts'
import type { WeightArrays } from './weight-arrays.ts'
import { rowsPerPart, type WeightMatrix } from './weight-matrix.ts'

/** Dense, then norm: the way between the residual stream and a layer's own. */
export interface BottleneckWeights {
  matrix: WeightMatrix
  norm: GpuArray
}

/** How a sublayer's sum gets into the stream; null for what the model does not have there. */
export interface JoinWeights {
  bias: GpuArray | null
  /** Over the stream after the sum. */
  norm: GpuArray | null
  /** From the layer's stream back into the residual stream, after a layer's last feed-forward. */
  exit: BottleneckWeights | null
}

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
  cache: GpuArray
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

export interface FeedForwardWeights {
  kind: 'feedForward'
  norm: GpuArray | null
  own: {
    inner: InnerWeights
    down: WeightMatrix /** Column of `down` where my own columns begin. */
    ownColumn: number
  } | null
  join: JoinWeights
}

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

export function allocateFeedForward(
  gpu: GpuSession,
  arrays: WeightArrays,
  config: ModelConfig,
  { layer, ffn }: ShardSublayer & { kind: 'feedForward' },
): FeedForwardWeights {
  const { norm, gated, activation, bottleneck, feedForwardsPerLayer } = config
  const own = () => {
    const roles: TensorRole[] = gated ? ['gate', 'up'] : ['up']
    const partRows = Math.min(
      ...roles.map((role) => {
        const { format, columns } = arrays.get(role, layer)
        return rowsPerPart(format, rangeLength(columns), gpu.bindingBytes)
      }),
    )
    return {
      inner: {
        gate: gated ? arrays.dense(['gate'], layer, partRows) : null,
        up: arrays.dense(['up'], layer, partRows),
        activation,
      },
      down: arrays.matrix(['down'], layer),
      ownColumn: ffn.start - arrays.get('down', layer).columns.start,
    }
  }
  const leavesLayer = bottleneck !== null && isLastOfLayer(feedForwardsPerLayer, layer)
  return {
    kind: 'feedForward',
    norm: norm.placement === 'pre' ? arrays.norm('ffnNorm', layer, norm.kind) : null,
    own: isEmpty(ffn) ? null : own(),
    join: {
      bias: arrays.biases(['downBias'], layer),
      norm: norm.placement === 'post' ? arrays.norm('ffnNorm', layer, norm.kind) : null,
      exit: leavesLayer ? allocateBottleneck(arrays, config, 'outputBottleneck', layer) : null,
    },
  }
}

function allocateBottleneck(
  arrays: WeightArrays,
  { norm, architecture }: ModelConfig,
  role: 'inputBottleneck' | 'sharedBottleneck' | 'outputBottleneck',
  layer: number,
): BottleneckWeights {
  if (norm.placement === 'pre')
    throw new ModelFormatError(
      `The WebGPU executor knows bottlenecks only with norms after the sum, not as in ${architecture}; use the WASM executor.`,
      'model-unsupported',
    )
  return { matrix: arrays.dense([role], layer), norm: arrays.norm(`${role}Norm`, layer, norm.kind) }
}

function allocateCache(gpu: GpuSession, config: ModelConfig, { contextLength }: Shard, kvHeads: number): GpuArray {
  const bytes = 2 * kvHeads * kvPositions(config, contextLength) * config.headSize * 4
  if (bytes > gpu.bindingBytes)
    throw new HeadroomError(
      'out-of-memory',
      `The KV cache of one layer takes ${bytes} bytes for ${contextLength} positions, but this GPU binds at most ${gpu.bindingBytes}. Use a shorter context or more devices.`,
    )
  return gpu.allocate(bytes, 'float32')
}
