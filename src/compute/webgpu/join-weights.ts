import type { GpuArray } from './gpu-array.ts'
import type { LayerExit } from './kernels/leave-layer.ts'

/** How a sublayer's sum gets into the stream, which every rank holds, whatever its slice; null for what the model does not have there. */
export interface JoinWeights {
  bias: GpuArray | null
  /** Over the stream after the sum. */
  norm: GpuArray | null
  /** From the layer's stream back into the residual stream, after a layer's last feed-forward. */
  exit: LayerExit | null
}
