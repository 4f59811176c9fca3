// One epoch begins: every rank of a plan loads its share, all at once, then all start, the leader last.
import { abortError, type ErrorData, fromErrorData, toErrorData } from '../base/errors.ts'
import type { WireFormat } from '../collective/collective.ts'
import { shardOf } from '../plan/shard-plan.ts'
import type { OpenedModel } from './engine-protocol.ts'
import type { RoomPlan } from './plan-room.ts'
import type { RankLoad, RankPort } from './rank-port.ts'
import type { Roster } from './roster.ts'

export interface PlanLoad extends RoomPlan {
  model: OpenedModel
  /** In rank order, the leader first. */
  participants: readonly RankPort[]
  roster: Roster
  wire: WireFormat
  isCancelled(): boolean
}

/** False: a member left or failed on the way, and what it said is in its status. Throws what the leader says went wrong, or `aborted`. */
export async function loadPlan({
  plan,
  weights,
  model,
  participants,
  roster,
  wire,
  isCancelled,
}: PlanLoad): Promise<boolean> {
  const [leader, ...members] = participants as [RankPort, ...RankPort[]]
  const isWhole = () => members.every((port) => roster.serves(port))

  const loadRank = async (port: RankPort, rank: number) => {
    const { deviceId } = port.profile
    const request: RankLoad = {
      modelName: model.modelId,
      manifest: model.manifest,
      shard: shardOf(plan, rank),
      weights,
    }
    roster.update(deviceId, { report: await port.load(request, (progress) => roster.update(deviceId, { progress })) })
  }
  const startRank = (port: RankPort, rank: number) => {
    const { deviceIds, vocabulary } = plan
    return port.start({ shard: shardOf(plan, rank), deviceIds, vocabulary, wire })
  }

  for (const { profile } of participants) roster.begin(profile.deviceId)
  const [failed] = await Promise.all(
    participants.map((port, rank) => attempt(roster, port, () => loadRank(port, rank))),
  )
  if (isCancelled()) throw abortError('Loading was stopped.')
  if (failed) throw fromErrorData(failed)
  if (isWhole())
    await Promise.all(members.map((port, index) => attempt(roster, port, () => startRank(port, index + 1))))
  const refused = isWhole() ? await attempt(roster, leader, () => startRank(leader, 0)) : null
  if (!isWhole()) return false
  if (refused) throw fromErrorData(refused)
  return true
}

/** The error of a task of `port`, or null when it succeeded; a member keeps it in its status. */
async function attempt(roster: Roster, port: RankPort, task: () => Promise<void>): Promise<ErrorData | null> {
  try {
    await task()
    return null
  } catch (thrown) {
    const error = toErrorData(thrown)
    if (roster.has(port)) roster.fail(port.profile.deviceId, error)
    return error
  }
}
