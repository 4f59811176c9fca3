// The leader's side of a room: guests come and go; each that computes becomes a rank of the coordinator, and all read and ask.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { PeerLink } from '../net/peer-link.ts'
import type { Room } from '../net/room.ts'
import { allowance } from './allowance.ts'
import {
  fitting,
  type LeaderMessage,
  type MemberMessage,
  parseMemberMessage,
  protocolVersion,
} from './control-protocol.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { LeaderTalk } from './leader-talk.ts'
import type { OwnDevice } from './own-device.ts'
import { type RemoteRank, remoteRank } from './remote-rank.ts'
import { signOf } from './room-sign.ts'
import type { Presence } from './session-state.ts'
import { uniqueName } from './unique-name.ts'

/** A last word needs this long to leave before its channel is closed, also over the server (`net/relay-wire.ts`). */
const farewellMs = 350

const otherVersion = new HeadroomError(
  'version-mismatch',
  'A device that wanted to join has another version of this page. Reload both.',
)

/** Every change of mind means a plan, so a device may not have many. */
const [pauseBurst, pausesPerSecond] = [6, 0.2]

/** A guest that is connected. */
export interface Guest {
  link: PeerLink
  /** null until it has introduced itself. */
  name: string | null
  /** null where it cannot compute, and until it has introduced itself. */
  rank: RemoteRank | null
  presence: Presence
  mayPause: () => boolean
  /** Was it told to load a share that it has not been told to give back? */
  holds: boolean
}

export interface LeaderSessionEvents {
  change: undefined
  /** For people; nothing stops. */
  notice: ErrorData
}

export class LeaderSession extends Emitter<LeaderSessionEvents> {
  readonly #guests = new Map<string, Guest>()
  readonly talk: LeaderTalk
  readonly #room: Room
  readonly #device: OwnDevice
  readonly #coordinator: MobileTensorParallelismCoordinator
  readonly #unsubscribe: () => void
  #told = ''
  #shown = ''

  /** Takes over `room` and closes it in the end. */
  constructor(room: Room, device: OwnDevice, coordinator: MobileTensorParallelismCoordinator, talk: LeaderTalk) {
    super()
    this.talk = talk
    this.#room = room
    this.#device = device
    this.#coordinator = coordinator
    this.#unsubscribe = coordinator.on('change', () => {
      this.#tellRoom()
      this.#showSign()
    })
    this.#showSign()
    room.events.on('peer', (link) => this.#onPeer(link))
    room.events.on('peer-lost', ({ link, error }) => this.#onLost(link, toErrorData(error)))
    room.events.on('state', (state) => {
      if (state === 'closed') this.#loseAll()
    })
  }

  /** Does the room's model answer questions? */
  get answers(): boolean {
    const { model } = this.#coordinator
    return model !== null && model.encoder === null
  }

  get guests(): readonly Guest[] {
    return [...this.#guests.values()]
  }

  /** Tells the guest and lets it in no more. Throws `bad-input` for a device that is not in the room. */
  async remove(deviceId: string): Promise<void> {
    const guest = this.#guests.get(deviceId)
    if (!guest) throw new HeadroomError('bad-input', `${deviceId} is not in the room.`)
    this.#room.ban(deviceId)
    await this.#bidFarewell([guest], { kind: 'removed' })
    this.#room.remove(deviceId)
    this.#onLost(guest.link, {
      code: 'peer-lost',
      message: `${guest.name ?? deviceId} was removed from the room.`,
    })
  }

  /** Ends the room for everybody; the model is put away, or the leader would load all of it alone. */
  async end(): Promise<void> {
    const unloaded = this.#coordinator.unload()
    await this.#bidFarewell([...this.#guests.values()], { kind: 'ended' })
    this.#room.close()
    await unloaded
    this.clear()
  }

  /** Also where the room closed for good by itself: what it refused is told by its error. */
  #loseAll(): void {
    for (const { link } of this.#guests.values())
      this.#onLost(link, { code: 'room-ended', message: 'The room was ended.' })
    this.#unsubscribe()
  }

  async #bidFarewell(guests: readonly Guest[], message: LeaderMessage): Promise<void> {
    const told = guests.filter(({ link }) => link.connected)
    for (const { link } of told) this.#tell(link, message)
    if (told.length > 0) await new Promise((resolve) => setTimeout(resolve, farewellMs))
  }

  /** What the room does, to everybody; and to whom the plan has left out on its own wish, that its share is wanted no more. */
  #tellRoom(): void {
    const { plan } = this.#coordinator
    for (const guest of this.#guests.values()) {
      const isPlanned = plan?.deviceIds.includes(guest.link.peerId) ?? false
      if (guest.holds && !isPlanned && guest.presence === 'paused') this.#tell(guest.link, { kind: 'rest' })
      guest.holds = isPlanned || (guest.holds && guest.presence !== 'paused')
    }
    const message = this.#roomMessage()
    const words = JSON.stringify(message)
    if (words === this.#told) return
    this.#told = words
    for (const { link } of this.#guests.values()) this.#tell(link, message)
  }

  #showSign(): void {
    const sign = signOf(this.#coordinator, this.#device.profile.name)
    const words = JSON.stringify(sign)
    if (words === this.#shown) return
    this.#shown = words
    this.#room.showSign(sign).catch((error: unknown) => this.emit('notice', toErrorData(error)))
  }

  #roomMessage(): LeaderMessage {
    const { state } = this.#coordinator
    const told = 'error' in state ? { ...state, error: fitting(state.error) } : state
    return { kind: 'room', state: told, answers: this.answers }
  }

  /** For words that change nothing here when they are lost: the connection says itself that it is gone. */
  #tell(link: PeerLink, message: LeaderMessage): void {
    try {
      if (link.connected) link.send(message)
    } catch (error) {
      this.emit('notice', toErrorData(error))
    }
  }

  #onPeer(link: PeerLink): void {
    const mayPause = allowance(pauseBurst, pausesPerSecond)
    this.#guests.set(link.peerId, { link, name: null, rank: null, presence: 'serving', mayPause, holds: false })
    link.events.on('message', (data) => this.#onMessage(link, data))
    this.#tell(link, { kind: 'welcome', version: protocolVersion, name: this.#device.profile.name })
    this.emit('change', undefined)
  }

  #onMessage(link: PeerLink, data: unknown): void {
    const guest = this.#guests.get(link.peerId)
    if (guest?.link !== link) return
    try {
      this.#receive(guest, parseMemberMessage(data))
    } catch (error) {
      this.emit('notice', toErrorData(error))
    }
  }

  #receive(guest: Guest, message: MemberMessage): void {
    const { peerId } = guest.link
    switch (message.kind) {
      case 'hello':
        this.#onHello(guest, message)
        break
      case 'leaving':
        this.#onLost(guest.link, { code: 'peer-lost', message: `${guest.name ?? peerId} left the room.` })
        break
      case 'pause':
        this.#onPause(guest, message.paused)
        break
      case 'ask':
      case 'withdraw':
        this.talk.receive(peerId, message)
        break
      default:
        guest.rank?.receive(message)
        if (message.kind === 'surveyed') this.emit('change', undefined)
    }
  }

  #onHello(
    guest: Guest,
    {
      version,
      profile: ownProfile,
      paused = false,
      name: ownName = guest.link.peerId,
    }: MemberMessage & { kind: 'hello' },
  ): void {
    if (version !== protocolVersion) throw otherVersion
    if (guest.name !== null) return
    const { link } = guest
    const deviceId = link.peerId
    // Through the server it could not be given a share.
    const profile = link.relayed ? null : ownProfile
    const others = [...this.#guests.values()].flatMap((other) => other.name ?? [])
    const name = uniqueName(ownName, [this.#device.profile.name, ...others])
    guest.name = name
    if (name !== ownName) this.#tell(link, { kind: 'named', name })
    guest.presence = profile ? (paused ? 'paused' : 'serving') : 'watching'
    this.#tell(link, this.#roomMessage())
    this.talk.addGuest({
      deviceId,
      name,
      tell: (message) => this.#tell(link, message),
      get bufferedBytes() {
        return link.bufferedBytes
      },
    })
    if (profile) {
      guest.rank = remoteRank({ ...profile, deviceId, name }, (message) => link.send(message))
      this.#coordinator.setPaused(deviceId, paused)
      this.#coordinator.addMember(guest.rank)
    }
    this.emit('change', undefined)
  }

  #onPause(guest: Guest, paused: boolean): void {
    if (!guest.rank || (guest.presence === 'paused') === paused) return
    const { name, link } = guest
    if (!guest.mayPause())
      throw new HeadroomError('bad-message', `${name} pauses and goes on too often. Remove it from the room.`)
    guest.presence = paused ? 'paused' : 'serving'
    this.#coordinator.setPaused(link.peerId, paused)
    this.emit('change', undefined)
  }

  #onLost(link: PeerLink, error: ErrorData): void {
    const guest = this.#guests.get(link.peerId)
    if (guest?.link !== link) return
    this.#guests.delete(link.peerId)
    this.#device.engine.removePeer(link.peerId)
    guest.rank?.lost(error)
    this.talk.removeGuest(link.peerId)
    this.#coordinator.removeMember(link.peerId, error)
    this.emit('change', undefined)
  }
}
