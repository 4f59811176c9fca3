// A room from one device's view: it finds the leader (or, as leader, answers guests), connects, and looks again when a connection is lost.
// A star: the leader has a link to every guest, a guest one to the leader. Who leads is taken from sealed words, never from the server.
import { Emitter } from '../base/emitter.ts'
import { HeadroomError, PeerLostError, toErrorData } from '../base/errors.ts'
import { hasDataChannels } from './data-channels.ts'
import { type Contact, Handshake } from './handshake.ts'
import { type ChannelUse, CONNECT_TIMEOUT_MS, PeerLink } from './peer-link.ts'
import { createRoomSeal, type RoomSeal } from './room-seal.ts'
import type { RoomTransport } from './room-transport.ts'
import type { IceServer } from './signaling-protocol.ts'

/** After a lost or failed link a guest looks for the leader again. */
const RETRY_MS = 1000
/** A hello, or its answer, may be lost on the way: until a leader is met it is said again. */
const GREET_AGAIN_MS = 2000
/** How long a new leader's question whether there is one already stands. */
const REFUSAL_WINDOW_MS = 10_000

/** `waiting`: in the room, linked to nobody. `closed`: by `close()`, or for good after an `error`. */
export type RoomState = 'connecting' | 'waiting' | 'connected' | 'closed'

export interface RoomEvents {
  state: RoomState
  /** Connected and authenticated. */
  peer: PeerLink
  /** A link that had been given by `peer` is gone. */
  'peer-lost': { link: PeerLink; error: HeadroomError }
  /** For people; the room goes on trying unless its state becomes `closed` right after. */
  error: HeadroomError
  /** Is the signaling server there? Connected peers do not need it. */
  signaling: 'up' | 'down'
}

export interface RoomOptions {
  transport: RoomTransport
  /** Of the room's link (`parseRoomLink`, `createRoomSecret`). */
  secret: string
  role: 'leader' | 'guest'
  /** Unique in the room; a tab keeps it over reloads, and a second tab has another. */
  deviceId: string
  /** Called for every attempt, before it is connected, in the channels' own task; see `handOverLane`. */
  onChannel(use: ChannelUse, channel: RTCDataChannel, link: PeerLink): void
  connectTimeoutMs?: number
}

/** Throws `bad-link`, or `bad-input` where the page has no `crypto.subtle`. Subscribe in the same task: events follow later. */
export async function joinRoom(options: RoomOptions): Promise<Room> {
  return new Room(options, await createRoomSeal(options.secret))
}

export class Room {
  readonly events = new Emitter<RoomEvents>()
  readonly #options: RoomOptions
  readonly #seal: RoomSeal
  readonly #connectTimeoutMs: number
  readonly #handshake: Handshake
  readonly #links = new Map<string, { link: PeerLink; contact: Contact }>()
  readonly #removed = new Set<string>()
  #iceServers: readonly IceServer[] = []
  #state: RoomState = 'connecting'
  #signs = 0
  #lookTimer: ReturnType<typeof setTimeout> | undefined
  #greetTimer: ReturnType<typeof setInterval> | undefined

  constructor(options: RoomOptions, seal: RoomSeal) {
    const { transport, role, deviceId } = options
    this.#options = options
    this.#seal = seal
    this.#connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
    this.#handshake = new Handshake({
      seal,
      role,
      deviceId,
      relayed: role === 'guest' && !hasDataChannels(),
      send: (sealed) => transport.send(sealed),
      isRemoved: (id) => this.#removed.has(id),
      onContact: (contact) => this.#connect(contact),
      onSignal: (contact, signal) => {
        const known = this.#links.get(contact.deviceId)
        if (known?.contact === contact) known.link.signal(signal)
      },
      onRefused: (error) => this.#end(error),
      onError: (error) => this.#report(error),
    })
    transport.events.on('joined', ({ otherCount, iceServers }) => this.#onJoined(otherCount, iceServers))
    transport.events.on('member-joined', () => this.#onMemberJoined())
    transport.events.on('message', (sealed) => this.#handshake.receive(sealed))
    transport.events.on('down', (error) => {
      this.events.emit('signaling', 'down')
      this.events.emit('error', error)
    })
    transport.events.on('refused', (error) => this.#end(error))
    transport.open(seal.roomId)
  }

  get state(): RoomState {
    return this.#state
  }

  /** Connected links. */
  get peers(): readonly PeerLink[] {
    return [...this.#links.values()].map(({ link }) => link).filter(({ connected }) => connected)
  }

  /** Messages through the server that were forged, replayed or out of place; they changed nothing. */
  get ignoredMessages(): number {
    return this.#handshake.ignored
  }

  /** The leader takes this guest in no more from here on; a link that it has stays, for a farewell. */
  ban(peerId: string): void {
    this.#removed.add(peerId)
  }

  /** Bans a guest and closes its link. No `peer-lost` follows. */
  remove(peerId: string): void {
    this.ban(peerId)
    const known = this.#links.get(peerId)
    if (known) this.#forget(known)
    known?.link.close()
    this.#settle()
  }

  /** What the room is, for whoever opens its link: JSON, as words of at most some hundred bytes. The newest counts. */
  async showSign(sign: unknown): Promise<void> {
    const turn = ++this.#signs
    const sealed = await this.#seal.sealSign(sign)
    if (turn === this.#signs && this.#state !== 'closed') this.#options.transport.showSign(sealed)
  }

  /** Where the signaling server is gone: looks for it at once. Resolves when it answered or did not. */
  tryServer(): Promise<void> {
    return this.#options.transport.tryNow()
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#stopLooking()
    for (const { link } of this.#links.values()) link.close()
    this.#links.clear()
    this.#handshake.forgetAttempt()
    this.#options.transport.close()
    this.events.emit('state', 'closed')
    this.events.clear()
  }

  #onJoined(otherCount: number, iceServers: readonly IceServer[]): void {
    const first = this.#state === 'connecting'
    this.#iceServers = iceServers
    this.events.emit('signaling', 'up')
    if (first) this.#setState('waiting')
    if (this.#options.role === 'guest') {
      if (this.#state === 'waiting') this.#look(otherCount > 0)
    } else if (first && otherCount > 0) {
      this.#handshake.greet()
      this.#lookTimer = setTimeout(() => this.#handshake.forgetAttempt(), REFUSAL_WINDOW_MS)
    }
  }

  #onMemberJoined(): void {
    if (this.#options.role !== 'guest' || this.#links.size > 0) return
    this.#handshake.greet()
    this.#expectLeader()
  }

  /** Starts a new attempt to find the leader. */
  #look(isAnyoneThere: boolean): void {
    for (const known of this.#links.values()) {
      this.#forget(known)
      known.link.close()
    }
    this.#handshake.forgetAttempt()
    this.#handshake.greet()
    this.#stopLooking()
    if (isAnyoneThere) this.#expectLeader()
  }

  #stopLooking(): void {
    clearTimeout(this.#lookTimer)
    clearInterval(this.#greetTimer)
  }

  #lookSoon(): void {
    if (this.#options.role !== 'guest') return
    this.#stopLooking()
    this.#lookTimer = setTimeout(() => this.#look(true), RETRY_MS)
  }

  #expectLeader(): void {
    this.#stopLooking()
    this.#greetTimer = setInterval(() => this.#handshake.greet(), GREET_AGAIN_MS)
    this.#lookTimer = setTimeout(() => {
      const seconds = Math.round(this.#connectTimeoutMs / 1000)
      this.#look(true)
      this.#report(
        new HeadroomError(
          'peer-unreachable',
          `No leader answered for ${seconds} s. Its page may be closed or asleep, or the server loses messages: open the leader's page, or ask for a new link.`,
        ),
      )
    }, this.#connectTimeoutMs)
  }

  #connect(contact: Contact): void {
    if (this.#state === 'closed') return
    if (this.#options.role === 'guest') this.#stopLooking()
    const { deviceId: peerId, initiator, relayed } = contact
    const before = this.#links.get(peerId)
    if (before) {
      const error = new PeerLostError(peerId, `${peerId} came back with a new connection.`)
      this.#forget(before)
      before.link.close()
      if (before.link.wasConnected) this.events.emit('peer-lost', { link: before.link, error })
    }
    let link: PeerLink
    try {
      link = new PeerLink({
        peerId,
        initiator,
        relayed,
        iceServers: this.#iceServers,
        sendSignal: (signal) => contact.sendSignal(signal),
        onChannel: this.#options.onChannel,
        connectTimeoutMs: this.#connectTimeoutMs,
      })
    } catch (error) {
      // A leader's room outlives a guest that it cannot answer.
      if (this.#options.role === 'guest') this.#end(error)
      else this.#handshake.forget(contact)
      if (this.#options.role === 'leader') this.#report(error)
      return
    }
    const known = { link, contact }
    this.#links.set(peerId, known)
    link.events.on('connected', () => {
      this.#settle()
      this.events.emit('peer', link)
    })
    link.events.on('closed', (error) => this.#onClosed(known, error))
  }

  #onClosed(known: { link: PeerLink; contact: Contact }, error: HeadroomError): void {
    this.#forget(known)
    this.#settle()
    if (known.link.wasConnected) this.events.emit('peer-lost', { link: known.link, error })
    else this.#report(error)
    if (this.#state !== 'closed') this.#lookSoon()
  }

  #forget({ link, contact }: { link: PeerLink; contact: Contact }): void {
    this.#handshake.forget(contact)
    if (this.#links.get(link.peerId)?.link === link) this.#links.delete(link.peerId)
  }

  #settle(): void {
    if (this.#state === 'waiting' || this.#state === 'connected') {
      this.#setState(this.peers.length > 0 ? 'connected' : 'waiting')
    }
  }

  #setState(state: RoomState): void {
    if (this.#state === state) return
    this.#state = state
    this.events.emit('state', state)
  }

  #report(error: unknown): void {
    this.events.emit(
      'error',
      error instanceof HeadroomError
        ? error
        : new HeadroomError('internal', toErrorData(error).message, { cause: error }),
    )
  }

  #end(error: unknown): void {
    if (this.#state === 'closed') return
    this.#report(error)
    this.close()
  }
}
