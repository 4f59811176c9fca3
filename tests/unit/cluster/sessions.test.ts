// The two sides of a room joined by a line of their own: every message goes through JSON, as over a data channel.
import { beforeEach, expect, test, vi } from 'vitest'
import { Emitter } from '../../../src/base/emitter.ts'
import { type ErrorData, HeadroomError } from '../../../src/base/errors.ts'
import { protocolVersion } from '../../../src/cluster/control-protocol.ts'
import type { MobileTensorParallelismCoordinator } from '../../../src/cluster/coordinator.ts'
import { type GuestIdentity, GuestSession } from '../../../src/cluster/guest-session.ts'
import { LeaderSession } from '../../../src/cluster/leader-session.ts'
import { LeaderTalk } from '../../../src/cluster/leader-talk.ts'
import type { OwnDevice } from '../../../src/cluster/own-device.ts'
import type { SessionState } from '../../../src/cluster/session-state.ts'
import type { PeerLink } from '../../../src/net/peer-link.ts'
import type { Room, RoomEvents } from '../../../src/net/room.ts'
import { plainProfile } from '../../support/plain-profile.ts'

const anyProfile = { ...plainProfile, deviceId: 'any' }

type Link = { peerId: string; events: Emitter<{ message: unknown }>; send(message: unknown): void }

/** A line's two ends, each named by the other side's id. */
function line(leaderId: string, guestId: string, relayed: boolean) {
  const end = (peerId: string): Link & Record<string, unknown> => ({
    peerId,
    events: new Emitter<{ message: unknown }>(),
    connected: true,
    relayed,
    bufferedBytes: 0,
    rttMs: undefined,
    send: () => undefined,
  })
  const [atLeader, atGuest] = [end(guestId), end(leaderId)]
  const carry = (to: Link) => (message: unknown) => {
    const words = JSON.stringify(message)
    queueMicrotask(() => to.events.emit('message', JSON.parse(words)))
  }
  atLeader.send = carry(atGuest)
  atGuest.send = carry(atLeader)
  return { atLeader: atLeader as unknown as PeerLink, atGuest: atGuest as unknown as PeerLink }
}

function roomDouble() {
  const events = new Emitter<RoomEvents>()
  const showSign = vi.fn(async (_sign: unknown) => undefined)
  return {
    events,
    room: { events, close: vi.fn(), ban: vi.fn(), remove: vi.fn(), showSign } as unknown as Room,
    showSign,
  }
}

/** A device whose engine does nothing. */
function deviceDouble(deviceId: string) {
  const engine = { cancel: vi.fn(), unload: vi.fn(), removePeer: vi.fn() }
  return {
    engine,
    profile: { ...plainProfile, deviceId, name: deviceId },
    stopSurvey: () => undefined,
  } as unknown as OwnDevice
}

class CoordinatorDouble extends Emitter<{ change: undefined }> {
  state: SessionState = { kind: 'lobby' }
  plan: { deviceIds: string[] } | null = null
  model: object | null = null
  candidates = [{ profile: anyProfile }]
  readonly addMember = vi.fn()
  readonly removeMember = vi.fn()
  readonly setPaused = vi.fn()

  show(state: SessionState, deviceIds: string[] | null): void {
    this.state = state
    this.plan = deviceIds && { deviceIds }
    this.model = deviceIds && { encoder: null, modelId: 'small', manifest: { tensors: {} } }
    this.emit('change', undefined)
  }
}

let coordinator: CoordinatorDouble
let talk: LeaderTalk
let leader: LeaderSession
let notices: ErrorData[]
let leaderRoom: ReturnType<typeof roomDouble>

beforeEach(() => {
  coordinator = new CoordinatorDouble()
  talk = new LeaderTalk()
  leaderRoom = roomDouble()
  const asCoordinator = coordinator as unknown as MobileTensorParallelismCoordinator
  leader = new LeaderSession(leaderRoom.room, deviceDouble('laptop'), asCoordinator, talk)
  notices = []
  leader.on('notice', (notice) => notices.push(notice))
})

async function join(
  deviceId: string,
  { computes = true, name = deviceId, relayed = false }: { computes?: boolean; name?: string; relayed?: boolean } = {},
) {
  const guestRoom = roomDouble()
  const device = computes ? deviceDouble(deviceId) : null
  const identity: GuestIdentity = { deviceId, name, device }
  const guest = new GuestSession(guestRoom.room, identity, 'http://127.0.0.1/')
  const connect = async () => {
    const { atLeader, atGuest } = line('laptop', deviceId, relayed)
    const heard: unknown[] = []
    atGuest.events.on('message', (message) => heard.push(message))
    guestRoom.events.emit('peer', atGuest)
    leaderRoom.events.emit('peer', atLeader)
    await arrived()
    const error = new HeadroomError('peer-lost', 'It is gone.')
    const lose = () => {
      guestRoom.events.emit('peer-lost', { link: atGuest, error })
      leaderRoom.events.emit('peer-lost', { link: atLeader, error })
    }
    const hear = (message: unknown) => atGuest.events.emit('message', message)
    return { say: (message: object) => atGuest.send(message), hear, heard, lose }
  }
  return { guest, device, connect, ...(await connect()) }
}

const arrived = () => new Promise((resolve) => setTimeout(resolve))
const presences = () => leader.guests.map(({ name, presence }) => [name, presence])
const rests = (heard: readonly unknown[]) => heard.filter((message) => (message as { kind: string }).kind === 'rest')

test('a device that cannot compute is no rank, reads what the room does, and may ask as soon as a model answers', async () => {
  const { guest, say } = await join('tablet', { computes: false })
  expect(presences()).toEqual([['tablet', 'watching']])
  expect([guest.presence, guest.leaderName, guest.canAsk]).toEqual(['watching', 'laptop', false])
  expect(coordinator.addMember).not.toHaveBeenCalled()
  coordinator.show({ kind: 'generating', modelId: 'model' }, ['laptop'])
  await arrived()
  expect([guest.state, guest.canAsk]).toEqual([{ kind: 'generating', modelId: 'model' }, true])
  guest.ask('Why?')
  await arrived()
  expect(talk.waiting.map(({ asker, excerpt }) => [asker.name, excerpt])).toEqual([['tablet', 'Why?']])
  expect(() => guest.setPaused(true)).toThrow(expect.objectContaining({ code: 'bad-input' }))
  say({ kind: 'pause', paused: false })
  await arrived()
  expect(presences()).toEqual([['tablet', 'watching']])
  expect(coordinator.setPaused).not.toHaveBeenCalled()
})

test('a device that is reached over the server alone is given no share, whatever it offers', async () => {
  await join('tablet', { relayed: true })
  expect(presences()).toEqual([['tablet', 'watching']])
  expect(coordinator.addMember).not.toHaveBeenCalled()
})

test('the room shows a sign from its beginning, and a new one only when there is something new to tell', async () => {
  const { showSign } = leaderRoom
  const sign = { startedBy: 'laptop', devices: 1, weightBytesPerSecond: 1e9, model: null }
  expect(showSign.mock.calls).toEqual([[sign]])
  coordinator.show({ kind: 'loading', modelId: 'small' }, null)
  expect(showSign).toHaveBeenCalledTimes(1)
  coordinator.show({ kind: 'ready', modelId: 'small' }, ['laptop'])
  coordinator.show({ kind: 'generating', modelId: 'small' }, ['laptop'])
  expect(showSign.mock.calls.slice(1)).toEqual([[{ ...sign, model: { name: 'small', sizeBytes: 0 } }]])
  coordinator.candidates = [{ profile: anyProfile }, { profile: anyProfile }]
  coordinator.show({ kind: 'ready', modelId: 'small' }, ['laptop'])
  expect(showSign.mock.lastCall).toEqual([expect.objectContaining({ devices: 2, weightBytesPerSecond: 2e9 })])
})

test('a paused device gives its share back when a plan does without it, once, and comes back paused', async () => {
  const { guest, device, heard, lose, connect } = await join('phone')
  coordinator.show({ kind: 'ready', modelId: 'model' }, ['laptop', 'phone'])
  guest.setPaused(true)
  await arrived()
  expect(coordinator.setPaused).toHaveBeenLastCalledWith('phone', true)
  expect([presences(), rests(heard)]).toEqual([[['phone', 'paused']], []])
  coordinator.show({ kind: 'loading', modelId: 'model' }, ['laptop'])
  coordinator.show({ kind: 'ready', modelId: 'model' }, ['laptop'])
  await arrived()
  expect(rests(heard)).toHaveLength(1)
  expect(device?.engine.unload).toHaveBeenCalledOnce()
  expect(guest.canAsk).toBe(true)
  lose()
  expect([guest.canAsk, presences()]).toEqual([false, []])
  await connect()
  expect(presences()).toEqual([['phone', 'paused']])
  guest.setPaused(false)
  await arrived()
  expect(presences()).toEqual([['phone', 'serving']])
  expect(coordinator.setPaused).toHaveBeenLastCalledWith('phone', false)
})

test('a device that pauses and goes on without end makes no plans without end', async () => {
  const { say } = await join('liar')
  coordinator.setPaused.mockClear()
  for (let index = 0; index < 1_000; index++) say({ kind: 'pause', paused: index % 2 === 0 })
  await arrived()
  expect(coordinator.setPaused.mock.calls.length).toBeLessThanOrEqual(7)
  expect(notices.at(-1)).toMatchObject({ code: 'bad-message' })
})

test('who introduces itself again under another name stays who it was', async () => {
  const { say } = await join('liar')
  say({ kind: 'hello', version: protocolVersion, name: 'The leader', profile: null })
  await arrived()
  expect(presences()).toEqual([['liar', 'serving']])
})

test('devices that call themselves the same are numbered, for the room and for themselves', async () => {
  const names = ['laptop', 'phone', 'laptop']
  const guests = []
  for (const [index, name] of names.entries()) guests.push(await join(`device-${index}`, { name }))
  await arrived()
  expect(presences().map(([name]) => name)).toEqual(['laptop (2)', 'phone', 'laptop (3)'])
  expect(guests.map(({ guest }) => guest.name)).toEqual(['laptop (2)', 'phone', 'laptop (3)'])
  expect(coordinator.addMember.mock.calls.map(([rank]) => rank.profile.name)).toEqual(
    names.map((_, index) => presences()[index]![0]),
  )
  guests[0]!.lose()
  const { guest } = await join('device-3', { name: 'laptop' })
  await arrived()
  expect(guest.name).toBe('laptop (2)')
})

test('a connection that breaks for a moment costs a guest no question, and no place among those that wait', async () => {
  const { guest, lose, connect } = await join('phone')
  coordinator.show({ kind: 'ready', modelId: 'model' }, ['laptop', 'phone'])
  await arrived()
  guest.ask('Why?')
  guest.ask('And then?')
  await arrived()
  talk.take()
  lose()
  expect(talk.waiting).toEqual([])
  const { guest: other } = await join('tablet')
  await arrived()
  other.ask('And me?')
  await arrived()
  await connect()
  await arrived()
  expect(talk.waiting.map(({ excerpt }) => excerpt)).toEqual(['And then?', 'And me?'])
})

test('a guest that is removed takes its questions with it', async () => {
  const { guest } = await join('phone')
  coordinator.show({ kind: 'ready', modelId: 'model' }, ['laptop', 'phone'])
  await arrived()
  guest.ask('Why?')
  await arrived()
  expect(talk.waiting).toHaveLength(1)
  await leader.remove('phone')
  expect([talk.waiting, presences()]).toEqual([[], []])
})

test('a device of another version is told to the leader', async () => {
  const { say } = await join('phone', { computes: false })
  say({ kind: 'hello', version: protocolVersion - 1, profile: null })
  await arrived()
  expect(notices.at(-1)).toMatchObject({ code: 'version-mismatch' })
})

test.each([
  [{ kind: 'welcome', version: protocolVersion + 1 }, 'version-mismatch'],
  [{ kind: 'ended' }, 'room-ended'],
  [{ kind: 'removed' }, 'room-ended'],
])('a guest is out of the room after %o', async (message, code) => {
  const { guest, hear } = await join('phone')
  const over = vi.fn()
  guest.on('over', over)
  hear(message)
  expect(over).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code }))
})

test('what is no leader’s message is told and changes nothing', async () => {
  const { guest, hear } = await join('phone')
  const notice = vi.fn()
  guest.on('notice', notice)
  hear({ kind: 'load', shard: 'all of it' })
  expect(notice).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'bad-message' }))
  expect(guest.state.kind).toBe('lobby')
})
