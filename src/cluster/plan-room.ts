// A plan for the ranks that take part, by what they measured and what the room was told.
import { sparedOnBattery } from '../device/battery.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import { PlanImpossibleError } from '../plan/plan-impossible.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import { MobileAdaptiveTensorSplitter } from '../plan/splitter.ts'
import type { WeightWish } from '../weights/convert.ts'
import { residentFormats, wholeBytes } from '../weights/formats.ts'
import type { CoordinatorOptions } from './coordinator-options.ts'
import type { InspectedModel } from './engine-protocol.ts'

export interface RoomPlan {
  plan: ShardPlan
  /** In which format all ranks hold their weights. */
  weights: WeightWish
}

/** What `auto` comes down to, one after the other, where memory is short. */
const SMALLER: readonly WeightWish[] = ['f16', 'int8', 'int4']

/**
 * `devices` in rank order, the leader first. With `weights: 'auto'` the file's own formats, or the first smaller one that fits. Throws
 * `PlanImpossibleError` where none does.
 */
export function planRoom(
  { modelId, config, manifest }: InspectedModel,
  devices: readonly DeviceProfile[],
  epoch: number,
  { shares, contextLength, batteryOptimization, weights: wish }: CoordinatorOptions,
): RoomPlan {
  const profiles = batteryOptimization ? devices.map(sparedOnBattery) : devices
  const planWith = (weights: WeightWish): RoomPlan => {
    const plan = new MobileAdaptiveTensorSplitter().split(config, profiles, {
      modelId,
      epoch,
      formats: residentFormats(manifest, weights),
      contextLength: Math.min(contextLength, config.contextLength),
      shares: shares?.length === devices.length ? shares : undefined,
    })
    return { plan, weights }
  }
  let refusal: unknown = null
  let smallestBytes = Number.POSITIVE_INFINITY
  for (const weights of wish === 'auto' ? [wish, ...SMALLER] : [wish]) {
    const bytes = wholeBytes(manifest, weights)
    if (bytes >= smallestBytes) continue
    smallestBytes = bytes
    try {
      return planWith(weights)
    } catch (error) {
      if (!(error instanceof PlanImpossibleError)) throw error
      refusal = error
    }
  }
  throw refusal
}
