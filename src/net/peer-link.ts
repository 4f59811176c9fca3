// One connection to another device: a wire for control messages and the heartbeat, and beside it, over WebRTC, the lane and the bulk channel.
import { Emitter } from '../base/emitter.ts'
import { HeadroomError, PeerLostError, StalledLaneError } from '../base/errors.ts'
import { ControlDecoder, encodeBye, encodeControl, encodePing } from './control-codec.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { RelayWire } from './relay-wire.ts'
import { type ChannelUse, openRtcWire } from './rtc-wire.ts'
import type { IceServer } from './signaling-protocol.ts'
import type { Wire } from './wire.ts'

export type { ChannelUse } from './rtc-wire.ts'

/** Both sides have answered through the server by then, or the network does not let them meet. */
export const CONNECT_TIMEOUT_MS = 20_000
/** Chromium closes a channel above 16 MiB. */
const MAX_CONTROL_QUEUE_BYTES = 12 * 1024 * 1024
/** How long a closed link waits for the peer to read the last messages. */
const LINGER_MS = 500
/** Control messages that may come before `connected`. */
const MAX_EARLY_MESSAGES = 64

export interface PeerLinkEvents {
  connected: undefined
  /** Parse it: it is whatever the peer sent. */
  message: unknown
  /** Once: `peer-unreachable` before `connected`, `peer-lost` or `bad-message` after. Not called after `close()`. */
  closed: HeadroomError
}

export interface PeerLinkOptions {
  /** The peer's device id. */
  peerId: string
  /** One side initiates, the other does not. */
  initiator: boolean
  /** Control messages alone, through the server: one side has no data channels. Then there is no lane and no bulk channel. */
  relayed: boolean
  iceServers: readonly IceServer[]
  /** Carries a signal to `signal` of the other side's link, in any order; one that is lost may cost the connection. */
  sendSignal(signal: unknown): void
  /** Called once for each use; the channel is still opening. To transfer it, do so before returning (`handOverLane`). */
  onChannel(use: ChannelUse, channel: RTCDataChannel, link: PeerLink): void
  connectTimeoutMs?: number
}

export class PeerLink {
  readonly peerId: string
  readonly events = new Emitter<PeerLinkEvents>()
  readonly relayed: boolean
  readonly #wire: Wire
  readonly #decoder = new ControlDecoder()
  readonly #connectTimer: ReturnType<typeof setTimeout>
  #early: unknown[] = []
  #heartbeat: Heartbeat | null = null
  #connected = false
  #closed = false
  #failure: HeadroomError | null = null

  constructor({
    peerId,
    initiator,
    relayed,
    iceServers,
    sendSignal,
    onChannel,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
  }: PeerLinkOptions) {
    this.peerId = peerId
    this.relayed = relayed
    const events = {
      onOpen: () => this.#onConnect(),
      onData: (data: unknown) => this.#onData(data),
      onGone: (cause: unknown) => this.#fail(this.#gone(cause)),
    }
    const { wire, channels } = relayed
      ? { wire: new RelayWire({ initiator, sendSignal }, events), channels: [] }
      : openRtcWire({ initiator, iceServers, sendSignal }, events)
    this.#wire = wire
    this.#connectTimer = setTimeout(() => this.#fail(this.#gone(undefined)), connectTimeoutMs)
    for (const { use, channel } of channels) onChannel(use, channel, this)
  }

  get connected(): boolean {
    return this.#connected && !this.#closed
  }

  /** Was it ever connected? Tells a lost peer from one that was never reached. */
  get wasConnected(): boolean {
    return this.#connected
  }

  /** Measured by ping over the control channel; undefined before the first answer. */
  get rttMs(): number | undefined {
    return this.#heartbeat?.rttMs
  }

  /** Of what was sent, how much has not left this device. */
  get bufferedBytes(): number {
    return this.connected ? this.#wire.bufferedBytes : 0
  }

  /** A signal of the other side; one that is none, or comes from the wrong role, ends the attempt with `bad-message`. */
  signal(data: unknown): void {
    if (this.#closed) return
    try {
      this.#wire.signal(data)
    } catch (error) {
      this.#fail(error instanceof HeadroomError ? error : this.#gone(error))
    }
  }

  /** Anything JSON. Throws `peer-lost`, `bad-input` when too large, `lane-stalled` when the peer takes nothing any more. */
  send(message: unknown): void {
    if (!this.connected) throw new PeerLostError(this.peerId, `${this.peerId} is not connected: nothing was sent.`)
    const parts = encodeControl(message)
    if (this.bufferedBytes > MAX_CONTROL_QUEUE_BYTES) {
      throw new StalledLaneError(
        `${this.bufferedBytes} bytes of control messages wait for ${this.peerId}. Remove it and join again.`,
      )
    }
    for (const part of parts) this.#transmit(part)
    if (this.#failure) throw this.#failure
  }

  /** What was sent before still arrives; the other side's link then closes with `peer-lost`. */
  close(): void {
    if (this.#closed) return
    if (this.#connected) this.#transmit(encodeBye())
    const lingers = this.connected
    this.#stop()
    this.events.clear()
    if (lingers) setTimeout(() => this.#wire.close(), LINGER_MS)
    else this.#wire.close()
  }

  #onConnect(): void {
    if (this.#closed) return
    this.#connected = true
    clearTimeout(this.#connectTimer)
    this.#heartbeat = startHeartbeat(
      (stampMs) => this.#transmit(encodePing('ping', stampMs)),
      () =>
        this.#fail(
          new PeerLostError(
            this.peerId,
            `${this.peerId} fell silent: its screen is locked, its tab is gone or it lost the network.`,
          ),
        ),
    )
    this.events.emit('connected', undefined)
    for (const message of this.#early.splice(0)) this.events.emit('message', message)
  }

  #onData(data: unknown): void {
    if (this.#closed) return
    try {
      this.#heartbeat?.heard()
      const signal = this.#decoder.push(data)
      if (signal?.kind === 'ping') this.#transmit(encodePing('pong', signal.stampMs))
      else if (signal?.kind === 'pong') this.#heartbeat?.pong(signal.stampMs)
      else if (signal?.kind === 'bye') this.#fail(new PeerLostError(this.peerId, `${this.peerId} left the room.`))
      else if (signal && this.#connected) this.events.emit('message', signal.message)
      else if (signal) this.#keep(signal.message)
    } catch (error) {
      this.#fail(error instanceof HeadroomError ? error : this.#gone(error))
    }
  }

  #keep(message: unknown): void {
    if (this.#early.length >= MAX_EARLY_MESSAGES) {
      throw new HeadroomError(
        'bad-message',
        `${this.peerId} sent ${MAX_EARLY_MESSAGES} messages before it was connected.`,
      )
    }
    this.#early.push(message)
  }

  #transmit(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      this.#wire.send(bytes)
    } catch (cause) {
      this.#fail(this.#gone(cause))
    }
  }

  #gone(cause: unknown): HeadroomError {
    if (this.#connected) {
      return new PeerLostError(this.peerId, `${this.peerId} left the room or lost its network.`, { cause })
    }
    return new HeadroomError(
      'peer-unreachable',
      `${this.peerId} reaches the server but this device cannot reach it directly. Most likely this Wi-Fi isolates its devices from each other: use another network, a phone's hotspot, or switch "client isolation" off in the access point.`,
      { cause },
    )
  }

  #fail(error: HeadroomError): void {
    if (this.#closed) return
    this.#failure = error
    this.#stop()
    this.#wire.close()
    this.events.emit('closed', error)
    this.events.clear()
  }

  #stop(): void {
    this.#closed = true
    clearTimeout(this.#connectTimer)
    this.#heartbeat?.stop()
    this.#early = []
  }
}
