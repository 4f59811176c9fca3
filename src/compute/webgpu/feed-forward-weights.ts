import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { isLastOfLayer } from '../../model/model-tensors.ts'
import type { TensorRole } from '../../model/tensor.ts'
import type { ShardSublayer } from '../../plan/shard-plan.ts'
import { allocateExit, inOnePart } from './bottleneck-weights.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import type { JoinWeights } from './join-weights.ts'
import type { OwnFeedForward } from './kernels/feed-forward-tile.ts'
import type { WeightArrays } from './weight-arrays.ts'
import { rowsPerPart, type WeightMatrix } from './weight-matrix.ts'

export interface FeedForwardWeights {
  kind: 'feedForward'
  /** Over the stream before the sublayer; null where norms come after. */
  norm: GpuArray | null
  /** null where my slice is empty. */
  own: OwnFeedForward | null
  join: JoinWeights
}

/** Throws `model-format` where a tensor is not listed, `out-of-memory` where not even eight rows may be bound. */
export function allocateFeedForward(
  gpu: GpuSession,
  arrays: WeightArrays,
  config: ModelConfig,
  { layer, ffn }: ShardSublayer & { kind: 'feedForward' },
): FeedForwardWeights {
  const { norm, gated, activation, bottleneck, feedForwardsPerLayer } = config
  const own = (): OwnFeedForward => {
    const roles: TensorRole[] = gated ? ['gate', 'up'] : ['up']
    const partRows = Math.min(
      ...roles.map((role) => {
        const { format, columns } = arrays.get(role, layer)
        return rowsPerPart(format, rangeLength(columns), gpu.bindingBytes)
      }),
    )
    const whole = (matrix: WeightMatrix) => (bottleneck ? inOnePart(config, matrix) : matrix)
    return {
      inner: {
        gate: gated ? arrays.dense(['gate'], layer, { partRows }) : null,
        up: whole(arrays.dense(['up'], layer, { partRows })),
        activation,
      },
      down: whole(arrays.matrix(['down'], layer)),
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
      exit: leavesLayer ? allocateExit(arrays, config, layer) : null,
    },
  }
}
