import type { WireFormat } from '../collective/collective.ts'
import type { Topology } from '../plan/shard-plan.ts'
import type { WeightWish } from '../weights/convert.ts'

/** How a room plans and runs; fixed when the coordinator is made. */
export interface CoordinatorOptions {
  /** Spare devices that run on a low battery. */
  batteryOptimization: boolean
  /** Ranks of one plan at most; later devices wait until one leaves. */
  maxDevices: number
  weights: WeightWish
  /** `auto`: f32 with `weights: 'f32'`, else f16. */
  wire: WireFormat | 'auto'
  topology: Topology | 'auto'
  /** Positions of the KV cache; the model's own limit cuts it. */
  contextLength: number
  /** One positive integer per rank; null: by measured speed, as is a plan of another number of devices. */
  shares: readonly number[] | null
}

/** How partial sums travel: float32 weights want the float32 wire, since f16 alone costs more than their tolerance. */
export function wireOf({ wire, weights }: CoordinatorOptions): WireFormat {
  if (wire !== 'auto') return wire
  return weights === 'f32' ? 'f32' : 'f16'
}
