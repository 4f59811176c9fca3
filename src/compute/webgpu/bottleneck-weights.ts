// What a layer with a stream of its own (MobileBERT) holds on the GPU, as its kernels take it: matrices in one part. What does not fit
// them no model of this kind has: gates, norms before sums, 128 MB of one matrix, layers thousands of values wide.
import { ModelFormatError } from '../../base/errors.ts'
import { isEmpty } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import type { TensorRole } from '../../model/tensor.ts'
import type { ShardSublayer } from '../../plan/shard-plan.ts'
import { entryFloats, type LayerEntry } from './kernels/enter-layer.ts'
import { feedForwardFloats } from './kernels/feed-forward-tile.ts'
import type { LayerExit } from './kernels/leave-layer.ts'
import { WORKGROUP_BYTES } from './kernels/tile.ts'
import type { WeightArrays } from './weight-arrays.ts'
import type { WeightMatrix } from './weight-matrix.ts'

/** null where the model has no bottleneck. Throws `model-unsupported` for layers that the kernels do not take. */
export function allocateEntry(
  arrays: WeightArrays,
  config: ModelConfig,
  { layer, queryHeads }: ShardSublayer & { kind: 'attention' },
): LayerEntry | null {
  const { norm, bottleneck, gated, hiddenSize } = config
  if (!bottleneck) return null
  const { size, sharedKeyQuery: shared } = bottleneck
  const bytes = 4 * Math.max(entryFloats(hiddenSize, size, shared), feedForwardFloats(size))
  if (norm.placement === 'pre' || gated) throw unsupported(config, 'only without gates and with norms after the sum')
  if (bytes > WORKGROUP_BYTES)
    throw unsupported(config, `only up to ${WORKGROUP_BYTES} bytes of a token's activations (these are ${bytes})`)
  const hasHeads = !isEmpty(queryHeads)
  const outer: TensorRole[] = shared && hasHeads ? ['sharedBottleneck', 'value'] : []
  const inner: TensorRole[] = shared ? ['query', 'key'] : ['query', 'key', 'value']
  const norms: TensorRole[] = shared ? ['sharedBottleneckNorm', 'sharedBottleneckNormBias'] : []
  const dense = (roles: TensorRole[]) => inOnePart(config, arrays.dense(roles, layer, { oneFormat: true }))
  return {
    shared,
    outer: dense(['inputBottleneck', ...outer]),
    norms: arrays.vectors(['inputBottleneckNorm', 'inputBottleneckNormBias', ...norms], layer),
    inner: hasHeads ? dense(inner) : null,
  }
}

export function allocateExit(arrays: WeightArrays, config: ModelConfig, layer: number): LayerExit {
  return {
    matrix: inOnePart(config, arrays.dense(['outputBottleneck'], layer)),
    norm: arrays.norm('outputBottleneckNorm', layer, config.norm.kind),
  }
}

/** The matrix itself. Throws `model-unsupported` where it is larger than one kernel may bind. */
export function inOnePart(config: ModelConfig, matrix: WeightMatrix): WeightMatrix {
  if (matrix.parts.length === 1) return matrix
  throw unsupported(config, `only with matrices that a kernel may bind (one of them takes ${matrix.byteLength} bytes)`)
}

function unsupported({ architecture }: ModelConfig, what: string): ModelFormatError {
  return new ModelFormatError(
    `The WebGPU executor knows layers with bottlenecks ${what}, not as in ${architecture}; use the WASM executor.`,
    'model-unsupported',
  )
}
