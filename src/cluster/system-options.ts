import type { WireFormat } from '../collective/collective.ts'
import type { ExecutorWish } from '../plan/device-profile.ts'
import type { Topology } from '../plan/shard-plan.ts'
import type { WeightWish } from '../weights/convert.ts'

export interface SystemOptions {
  /** Ranks of one plan at most; 16 is what a room takes. */
  maxDevices?: number
  /** A device that runs on a low battery gets half its share. */
  batteryOptimization?: boolean
  /** No effect yet: browsers report no temperature, and speed is measured at joining only. */
  thermalManagement?: boolean
  /** Where rooms and models are; this page's own server unless given. */
  serverUrl?: string
  executor?: ExecutorWish
  /** Compute threads; 0: as many as the device is good for. */
  threads?: number
  weights?: WeightWish
  wire?: WireFormat | 'auto'
  topology?: Topology | 'auto'
  /** Shares in rank order; null: by measured speed. */
  shares?: readonly number[] | null
  /** Positions of the KV cache; the model's own limit cuts it. */
  contextLength?: number
}

export function withDefaults(options: SystemOptions): Required<SystemOptions> {
  return {
    maxDevices: 16,
    batteryOptimization: true,
    thermalManagement: true,
    serverUrl: new URL('/', globalThis.location.href).href,
    executor: 'auto',
    threads: 0,
    weights: 'auto',
    wire: 'auto',
    topology: 'auto',
    shares: null,
    contextLength: 4096,
    ...options,
  }
}
