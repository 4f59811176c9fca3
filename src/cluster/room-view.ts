// From the live objects of a session to the plain data that a page renders.
import type { ErrorData } from '../base/errors.ts'
import type { Range } from '../base/ranges.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import { type Shard, type ShardPlan, type ShardSublayer, shardOf } from '../plan/shard-plan.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { GuestSession } from './guest-session.ts'
import type { LeaderSession } from './leader-session.ts'
import type { DeviceView, Holding, RoomView, TalkView } from './session-state.ts'

/** What both roles show; the session adds the rest. */
export type ViewFrame = Pick<RoomView, 'link' | 'signaling' | 'notices'>

/** The view with what devices said while loading (a full cache, say), each sentence once. */
export function withDeviceNotices(view: RoomView): RoomView {
  const every = [...view.notices, ...view.devices.flatMap(({ report }) => report?.notices ?? [])]
  const isFirst = ({ message }: ErrorData, index: number) =>
    every.findIndex((other) => other.message === message) === index
  return { ...view, notices: every.filter(isFirst) }
}

const nothingShared: TalkView = { turns: [], waiting: [], declined: null, canAsk: false }

export function lobbyView(
  frame: ViewFrame,
  profile: DeviceProfile | null,
  coordinator: MobileTensorParallelismCoordinator | null,
): RoomView {
  const devices = profile ? [ownDevice(profile, coordinator)] : []
  return { ...frame, role: null, devices, ...coordinatorView(coordinator), talk: nothingShared }
}

export function leaderView(
  frame: ViewFrame,
  profile: DeviceProfile,
  coordinator: MobileTensorParallelismCoordinator,
  session: LeaderSession,
): RoomView {
  const guests = session.guests.map(
    ({ link, rank, name, presence }): DeviceView => ({
      deviceId: link.peerId,
      name,
      presence,
      isLeader: false,
      isSelf: false,
      connection: link.connected ? 'connected' : 'lost',
      profile: rank?.profile ?? null,
      rttMs: link.rttMs ?? null,
      ...rankView(coordinator, link.peerId),
    }),
  )
  return {
    ...frame,
    role: 'leader',
    devices: [ownDevice(profile, coordinator), ...guests],
    ...coordinatorView(coordinator),
    talk: { ...nothingShared, waiting: session.talk.waiting, canAsk: session.answers },
  }
}

export function guestView(frame: ViewFrame, session: GuestSession): RoomView {
  const { link, member, identity, talk } = session
  const { turns, waiting, declined } = talk
  const self: DeviceView = {
    deviceId: identity.deviceId,
    name: session.name,
    presence: session.presence,
    isLeader: false,
    isSelf: true,
    connection: link ? 'connected' : 'connecting',
    profile: identity.device?.profile ?? null,
    rttMs: link?.rttMs ?? null,
    holding: member?.shard ? holdingOf(member.shard, member.report?.weightBytes ?? 0) : null,
    progress: member?.progress ?? null,
    report: member?.report ?? null,
    error: member?.state.kind === 'failed' ? member.state.error : null,
  }
  const leader: DeviceView[] = link
    ? [
        {
          deviceId: link.peerId,
          name: session.leaderName,
          presence: 'serving',
          isLeader: true,
          isSelf: false,
          connection: 'connected',
          profile: null,
          rttMs: link.rttMs ?? null,
          holding: null,
          progress: null,
          report: null,
          error: null,
        },
      ]
    : []
  return {
    ...frame,
    role: 'guest',
    devices: [...leader, self],
    state: session.state,
    plan: null,
    model: null,
    wire: null,
    steps: member?.steps ?? [],
    served: member?.served ?? null,
    talk: { turns, waiting, declined, canAsk: session.canAsk },
  }
}

function ownDevice(profile: DeviceProfile, coordinator: MobileTensorParallelismCoordinator | null): DeviceView {
  const rank = coordinator
    ? rankView(coordinator, profile.deviceId)
    : { holding: null, progress: null, report: null, error: null }
  return {
    deviceId: profile.deviceId,
    name: profile.name,
    presence: 'serving',
    isLeader: true,
    isSelf: true,
    connection: 'connected',
    profile,
    rttMs: null,
    ...rank,
  }
}

function rankView(
  coordinator: MobileTensorParallelismCoordinator,
  deviceId: string,
): Pick<DeviceView, 'holding' | 'progress' | 'report' | 'error'> {
  const { state } = coordinator
  const { progress, report, error } = coordinator.status(deviceId)
  const plan = state.kind === 'failed' ? null : coordinator.plan
  const rank = plan?.deviceIds.indexOf(deviceId) ?? -1
  return { holding: plan && rank >= 0 ? holdingIn(plan, rank) : null, progress, report, error }
}

function coordinatorView(
  coordinator: MobileTensorParallelismCoordinator | null,
): Pick<RoomView, 'state' | 'plan' | 'model' | 'wire' | 'steps' | 'served'> {
  if (!coordinator) return { state: { kind: 'lobby' }, plan: null, model: null, wire: null, steps: [], served: null }
  const { state, plan, model } = coordinator
  const contextLength = plan?.contextLength ?? model?.config.contextLength ?? 0
  const shown = model && {
    modelId: model.modelId,
    family: model.config.family,
    contextLength,
    hasTemplate: model.hasTemplate,
    encoder: model.encoder,
    sampling: model.sampling,
    verified: model.verified,
  }
  return { state, plan, model: shown, wire: plan && coordinator.wire, steps: coordinator.steps, served: null }
}

/** One rank's part of a plan, in the words of people. */
export function holdingIn(plan: ShardPlan, rank: number): Holding {
  return holdingOf(shardOf(plan, rank), plan.weightBytes[rank] ?? 0)
}

function holdingOf(shard: Shard, weightBytes: number): Holding {
  const attention = shard.sublayers.flatMap((sublayer) => (sublayer.kind === 'attention' ? [sublayer] : []))
  const feedForward = shard.sublayers.flatMap((sublayer) => (sublayer.kind === 'feedForward' ? [sublayer] : []))
  return {
    rank: shard.rank,
    layers: new Set([...attention, ...feedForward].filter(holdsAny).map(({ layer }) => layer)).size,
    queryHeads: common(attention.map(({ queryHeads }) => queryHeads)),
    kvHeads: common(attention.map(({ kvHeads }) => kvHeads)),
    ffn: common(feedForward.map(({ ffn }) => ffn)),
    vocabulary: shard.vocabulary,
    weightBytes,
  }
}

function holdsAny(sublayer: ShardSublayer): boolean {
  const { start, end } = sublayer.kind === 'attention' ? sublayer.queryHeads : sublayer.ffn
  return end > start
}

/** The range that all share, or null. */
function common(ranges: readonly Range[]): Range | null {
  const [first] = ranges
  return first && ranges.every(({ start, end }) => start === first.start && end === first.end) ? first : null
}
