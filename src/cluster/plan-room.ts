// A plan for the ranks that take part, by what they measured and what the room was told.
import { sparedOnBattery } from '../device/battery.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import { MobileAdaptiveTensorSplitter } from '../plan/splitter.ts'
import type { CoordinatorOptions } from './coordinator-options.ts'
import type { OpenedModel } from './engine-protocol.ts'
import type { RankPort } from './rank-port.ts'

/** `ranks` in rank order, the leader first. Throws `PlanImpossibleError` where the model does not fit. */
export function planRoom(
  { modelId, config, formats }: OpenedModel,
  ranks: readonly RankPort[],
  epoch: number,
  { shares, contextLength, batteryOptimization }: CoordinatorOptions,
): ShardPlan {
  const profiles = ranks.map(({ profile }) => (batteryOptimization ? sparedOnBattery(profile) : profile))
  return new MobileAdaptiveTensorSplitter().split(config, profiles, {
    modelId,
    epoch,
    formats,
    contextLength: Math.min(contextLength, config.contextLength),
    shares: shares?.length === ranks.length ? shares : undefined,
  })
}
