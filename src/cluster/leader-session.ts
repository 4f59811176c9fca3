// The leader's side of a room: guests come and go, each becomes a rank of the coordinator.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { PeerLink } from '../net/peer-link.ts'
import type { Room } from '../net/room.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import { type LeaderMessage, parseMemberMessage, protocolVersion } from './control-protocol.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { OwnDevice } from './own-device.ts'
import { type RemoteRank, remoteRank } from './remote-rank.ts'

/** A last word needs this long to leave before its channel is closed. */
const farewellMs = 300

const otherVersion = new HeadroomError(
  'version-mismatch',
  'A device that wanted to join has another version of this page. Reload both.',
)

/** A guest that is connected; `rank` is null until it has introduced itself. */
export interface Guest {
  link: PeerLink
  rank: RemoteRank | null
}

export interface LeaderSessionEvents {
  change: undefined
  /** For people; nothing stops. */
  notice: ErrorData
}

export class LeaderSession extends Emitter<LeaderSessionEvents> {
  readonly #guests = new Map<string, Guest>()
  readonly #room: Room
  readonly #device: OwnDevice
  readonly #coordinator: MobileTensorParallelismCoordinator
  readonly #unsubscribe: () => void
  #answering = false

  /** Takes over `room` and closes it in the end. */
  constructor(room: Room, device: OwnDevice, coordinator: MobileTensorParallelismCoordinator) {
    super()
    this.#room = room
    this.#device = device
    this.#coordinator = coordinator
    this.#unsubscribe = coordinator.on('change', () => this.#tellAnswering())
    room.events.on('peer', (link) => this.#onPeer(link))
    room.events.on('peer-lost', ({ link, error }) => this.#onLost(link, toErrorData(error)))
    room.events.on('state', (state) => {
      if (state === 'closed') this.#loseAll()
    })
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
      message: `${guest.rank?.profile.name ?? deviceId} was removed from the room.`,
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

  #tellAnswering(): void {
    const { state, plan } = this.#coordinator
    const active = state.kind === 'generating'
    if (active === this.#answering) return
    this.#answering = active
    for (const { link } of this.#guests.values())
      if (plan?.deviceIds.includes(link.peerId)) this.#tell(link, { kind: 'answering', active })
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
    this.#guests.set(link.peerId, { link, rank: null })
    link.events.on('message', (data) => this.#onMessage(link, data))
    this.#tell(link, { kind: 'welcome', version: protocolVersion, name: this.#device.profile.name })
    this.emit('change', undefined)
  }

  #onMessage(link: PeerLink, data: unknown): void {
    const guest = this.#guests.get(link.peerId)
    if (guest?.link !== link) return
    try {
      const message = parseMemberMessage(data)
      if (message.kind === 'hello') this.#onHello(guest, message.version, message.profile)
      else if (message.kind === 'leaving')
        this.#onLost(link, { code: 'peer-lost', message: `${guest.rank?.profile.name ?? link.peerId} left the room.` })
      else {
        guest.rank?.receive(message)
        if (message.kind === 'surveyed') this.emit('change', undefined)
      }
    } catch (error) {
      this.emit('notice', toErrorData(error))
    }
  }

  #onHello(guest: Guest, version: number, profile: DeviceProfile): void {
    if (version !== protocolVersion) throw otherVersion
    if (guest.rank) return
    const { link } = guest
    const own = { ...profile, deviceId: link.peerId }
    guest.rank = remoteRank(own, (message) => link.send(message))
    this.#coordinator.addMember(guest.rank)
  }

  #onLost(link: PeerLink, error: ErrorData): void {
    const guest = this.#guests.get(link.peerId)
    if (guest?.link !== link) return
    this.#guests.delete(link.peerId)
    this.#device.engine.removePeer(link.peerId)
    guest.rank?.lost(error)
    this.#coordinator.removeMember(link.peerId, error)
    this.emit('change', undefined)
  }
}
