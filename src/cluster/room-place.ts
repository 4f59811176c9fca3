// This device's place in a room: outside, leading, or a guest; and what people are to be told of it.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { Room, RoomOptions } from '../net/room.ts'
import { formatRoomLink } from '../net/room-link.ts'
import { SignalingClient } from '../net/signaling-client.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'
import type { GuestIdentity, GuestSession } from './guest-session.ts'
import type { LeaderSession } from './leader-session.ts'
import type { OwnDevice } from './own-device.ts'
import { RoomTalk } from './room-talk.ts'
import type { RoomView } from './session-state.ts'
import { rememberLeading } from './tab-memory.ts'

const mostNotices = 5

/**
 * The code of connections, which a first screen does without. Fetched before it is needed, joining does not depend on a server that has
 * gone down since.
 */
export async function fetchConnections(): Promise<typeof import('./connections.ts')> {
  try {
    return await import('./connections.ts')
  } catch (cause) {
    const message = `A part of the page could not be fetched (${toErrorData(cause).message}). Reload the page.`
    throw new HeadroomError('download-failed', message, { cause })
  }
}

export class RoomPlace extends Emitter<{ change: undefined }> {
  readonly talk = new RoomTalk(() => this.#guest)
  readonly #serverUrl: string
  #room: Room | null = null
  #leader: LeaderSession | null = null
  #guest: GuestSession | null = null
  #link: string | null = null
  #signaling: RoomView['signaling'] = 'off'
  #notices: readonly ErrorData[] = []

  constructor(serverUrl: string) {
    super()
    this.#serverUrl = serverUrl
    this.talk.leader.on('change', () => this.#changed())
  }

  get isInside(): boolean {
    return this.#room !== null
  }

  /** The session of the room that this device leads. */
  get leader(): LeaderSession | null {
    return this.#leader
  }

  /** The session of the room where this device is a guest. */
  get guest(): GuestSession | null {
    return this.#guest
  }

  get frame(): Pick<RoomView, 'link' | 'signaling' | 'notices'> {
    return { link: this.#link, signaling: this.#signaling, notices: this.#notices }
  }

  /** Opens a room; resolves with its link under `baseUrl`. Throws `bad-input` inside a room. */
  async lead(
    device: OwnDevice,
    coordinator: MobileTensorParallelismCoordinator,
    baseUrl: string,
    secret: string,
  ): Promise<string> {
    const { deviceId, profile } = device
    const { room, LeaderSession } = await this.#enter({ deviceId, device }, secret, 'leader')
    this.talk.lead({ deviceId, name: profile.name })
    const session = new LeaderSession(room, device, coordinator, this.talk.leader)
    session.on('change', () => this.#changed())
    session.on('notice', (notice) => this.#notify(notice))
    this.#leader = session
    this.#link = formatRoomLink(baseUrl, secret)
    rememberLeading(secret)
    this.#changed()
    return this.#link
  }

  /** Joins the room of `link` as a guest. Throws `bad-input` inside a room, `room-full`, `peer-unreachable`, `signaling-down`. */
  async follow(identity: GuestIdentity, link: string, secret: string): Promise<void> {
    const { room, GuestSession } = await this.#enter(identity, secret, 'guest')
    const session = new GuestSession(room, identity, this.#serverUrl)
    session.on('change', () => this.#changed())
    session.on('notice', (notice) => this.#notify(notice))
    session.on('over', (error) => {
      this.#forget()
      this.#notify(toErrorData(error)) // Last: what comes after leaving says why.
    })
    this.#guest = session
    this.#link = link
    this.#changed()
    try {
      await session.connected()
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  /** See `Room.tryServer`; outside a room nothing happens. */
  async tryServer(): Promise<void> {
    await this.#room?.tryServer()
  }

  /** A guest leaves; a leader ends the room for everybody. */
  async leave(): Promise<void> {
    await Promise.all([this.#leader?.end(), this.#guest?.leave()])
    rememberLeading(null)
    this.#forget()
  }

  async #enter(
    { deviceId, device }: Pick<GuestIdentity, 'deviceId' | 'device'>,
    secret: string,
    role: 'leader' | 'guest',
  ): Promise<{ room: Room } & typeof import('./connections.ts')> {
    this.#mustBeOutside()
    const connections = await fetchConnections()
    const transport = new SignalingClient(this.#serverUrl)
    const onChannel: RoomOptions['onChannel'] = (use, channel, { peerId }) =>
      device?.engine.addChannel(use, peerId, channel)
    const room = await connections.joinRoom({ transport, secret, role, deviceId, onChannel })
    if (this.#room) room.close()
    this.#mustBeOutside()
    room.events.on('error', (error) => this.#notify(toErrorData(error)))
    room.events.on('signaling', (signaling) => {
      this.#signaling = signaling === 'up' ? 'connected' : 'reconnecting'
      if (signaling === 'up') this.#notices = this.#notices.filter(({ code }) => code !== 'signaling-down')
      this.#changed()
    })
    room.events.on('state', (state) => {
      if (state === 'closed' && this.#room === room) this.#forget()
    })
    this.#room = room
    this.#notices = []
    return { room, ...connections }
  }

  #mustBeOutside(): void {
    if (this.#room) throw new HeadroomError('bad-input', 'This device is in a room already. Leave it first.')
  }

  #forget(): void {
    this.talk.end()
    this.#room = null
    this.#leader = null
    this.#guest = null
    this.#link = null
    this.#signaling = 'off'
    this.#changed()
  }

  #notify(notice: ErrorData): void {
    const others = this.#notices.filter(({ message }) => message !== notice.message)
    this.#notices = [...others, notice].slice(-mostNotices)
    this.#changed()
  }

  #changed(): void {
    this.emit('change', undefined)
  }
}
