// The plan of a new epoch, and what each device computes on in it. Where shares are loaded anyway, devices take over what they were measured
// to be best off with since the last load; where all stay where they are (a broken answer goes on, a lost GPU comes back), so do executors.
import { reconsidered } from '../device/executor-choice.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import { PlanImpossibleError } from '../plan/plan-impossible.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import type { CoordinatorOptions } from './coordinator-options.ts'
import type { InspectedModel } from './engine-protocol.ts'
import { planRoom, type RoomPlan } from './plan-room.ts'
import type { RankPort } from './rank-port.ts'

/** What a plan counts with, in rank order. */
export interface PlannedDevices extends RoomPlan {
  profiles: readonly DeviceProfile[]
}

/** `running`: the plan that this one follows; null: nothing is loaded. `ranks` and what is thrown are as of `planRoom`. */
export function nextPlan(
  model: InspectedModel,
  ranks: readonly Pick<RankPort, 'profile' | 'takeOver'>[],
  epoch: number,
  options: CoordinatorOptions,
  running: ShardPlan | null,
): RoomPlan {
  const profiles = ranks.map(({ profile }) => profile)
  if (running?.deviceIds.join() === profiles.map(({ deviceId }) => deviceId).join()) {
    const again = planRoom(model, profiles, epoch, options)
    if (hasSameShares(again.plan, running)) return again
  }
  const { profiles: planned, ...best } = bestPlan(model, profiles, epoch, options)
  for (const [rank, port] of ranks.entries()) if (planned[rank] !== port.profile) port.takeOver()
  return best
}

/** With every device on what it is best off with by now; with all on what they are where only that holds the model, or holds it in a better format. */
export function bestPlan(
  model: InspectedModel,
  profiles: readonly DeviceProfile[],
  epoch: number,
  options: CoordinatorOptions,
): PlannedDevices {
  const best = profiles.map(reconsidered)
  const isSame = best.every(({ executor }, rank) => executor === profiles[rank]?.executor)
  const asIs = planOrRefusal(() => planRoom(model, profiles, epoch, options))
  const onBest = isSame ? asIs : planOrRefusal(() => planRoom(model, best, epoch, options))
  if (isRefusal(asIs)) {
    if (isRefusal(onBest)) throw asIs
    return { ...onBest, profiles: best }
  }
  return isRefusal(onBest) || onBest.weights !== asIs.weights ? { ...asIs, profiles } : { ...onBest, profiles: best }
}

function planOrRefusal(plan: () => RoomPlan): RoomPlan | PlanImpossibleError {
  try {
    return plan()
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

function isRefusal(error: unknown): error is PlanImpossibleError {
  return error instanceof PlanImpossibleError
}

function hasSameShares(plan: ShardPlan, other: ShardPlan): boolean {
  return JSON.stringify({ ...plan, epoch: 0 }) === JSON.stringify({ ...other, epoch: 0 })
}
