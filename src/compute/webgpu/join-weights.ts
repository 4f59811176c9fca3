// What every rank holds of a sublayer, whatever its slice: the way of the sum into the stream, and between a layer and the model.
import { ModelFormatError } from '../../base/errors.ts'
import type { ModelConfig } from '../../model/config.ts'
import type { GpuArray } from './gpu-array.ts'
import type { WeightArrays } from './weight-arrays.ts'
import type { WeightMatrix } from './weight-matrix.ts'

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

/** Throws `model-unsupported` where norms come before sums: there the streams would need norms of their own. */
export function allocateBottleneck(
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
