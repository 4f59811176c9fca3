// The room's transport over our signaling server: one WebSocket, entered again with back-off after every outage. Peers that are already
// connected do not depend on it.
import { Emitter } from '../base/emitter.ts'
import { HeadroomError } from '../base/errors.ts'
import type { RoomTransport, TransportEvents } from './room-transport.ts'
import {
  type ClientMessage,
  parseServerMessage,
  pingIntervalMs,
  type RefusalReason,
  type ServerMessage,
  signalingPath,
} from './signaling-protocol.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 10_000
/** A try that the server has not answered by then is given up: where packets are lost, browsers wait for minutes. */
const TRY_MS = 10_000

/** Refusals after which another try makes no sense. */
const FINAL: ReadonlySet<RefusalReason> = new Set(['bad-message', 'rooms-full', 'too-large'])

export class SignalingClient implements RoomTransport {
  readonly events = new Emitter<TransportEvents>()
  readonly #url: URL
  #room = ''
  #socket: WebSocket | null = null
  #joined = false
  #everJoined = false
  #closed = false
  #attempts = 0
  #refusal: string | null = null
  /** The newest, and whether the server takes any. */
  #sign: string | null = null
  #takesSigns = false
  /** Who waits for the try under way. */
  #tried: (() => void)[] = []
  /** Ends the try under way, or the wait for the next. */
  #tryTimer: ReturnType<typeof setTimeout> | undefined
  #pingTimer: ReturnType<typeof setInterval> | undefined
  #pongDue = false

  /** `serverUrl` is the http or https address of the page's server. */
  constructor(serverUrl: string) {
    this.#url = new URL(signalingPath, serverUrl)
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:'
  }

  open(roomId: string): void {
    this.#room = roomId
    this.#connect()
  }

  send(seal: string): void {
    if (this.#joined) this.#post({ kind: 'send', seal })
  }

  showSign(seal: string): void {
    this.#sign = seal
    this.#postSign()
  }

  tryNow(): Promise<void> {
    if (this.#closed || this.#joined) return Promise.resolve()
    this.#drop()
    return new Promise((resolve) => {
      this.#tried.push(resolve)
      this.#connect()
    })
  }

  close(): void {
    if (this.#closed) return
    if (this.#joined) this.#post({ kind: 'leave' })
    this.#closed = true
    this.#drop()
    this.events.clear()
  }

  #connect(): void {
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    this.#refusal = null
    this.#pongDue = false
    this.#tryTimer = setTimeout(() => this.#onDown(), TRY_MS)
    socket.onopen = () => {
      this.#post({ kind: 'join', room: this.#room })
      this.#pingTimer = setInterval(() => this.#ping(), pingIntervalMs)
    }
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#onText(data)
    // An error of a socket already dropped (closed while connecting) is of no interest.
    socket.onclose = socket.onerror = () => {
      if (this.#socket === socket) this.#onDown()
    }
  }

  #ping(): void {
    if (this.#pongDue) {
      this.#onDown()
      return
    }
    this.#pongDue = true
    this.#post({ kind: 'ping' })
  }

  #onText(data: unknown): void {
    let message: ServerMessage
    try {
      message = parseServerMessage(data)
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error)
      this.#onDown()
      return
    }
    switch (message.kind) {
      case 'joined':
        clearTimeout(this.#tryTimer)
        this.#joined = this.#everJoined = true
        this.#attempts = 0
        this.#takesSigns = message.signs ?? false
        this.#postSign()
        this.#endTry()
        this.events.emit('joined', { otherCount: message.members.length, iceServers: message.iceServers })
        break
      case 'member-joined':
        this.events.emit('member-joined', undefined)
        break
      case 'message':
        this.events.emit('message', message.seal)
        break
      case 'pong':
        this.#pongDue = false
        break
      case 'refused':
        this.#onRefused(message.reason, message.message)
        break
      case 'member-left':
        // Leaving the server is not leaving the room: the peer connection tells.
        break
    }
  }

  #postSign(): void {
    if (this.#joined && this.#takesSigns && this.#sign !== null) this.#post({ kind: 'sign', seal: this.#sign })
  }

  #onRefused(reason: RefusalReason, message: string): void {
    this.#refusal = message
    // After an outage the server may still count our own dead connection among the members.
    const final = FINAL.has(reason) || (reason === 'room-full' && !this.#everJoined)
    if (!final) return
    const error = new HeadroomError(reason === 'room-full' ? 'room-full' : 'server-refused', message)
    this.#closed = true
    this.#drop()
    this.events.emit('refused', error)
  }

  #onDown(): void {
    const wasUp = this.#joined || this.#attempts === 0
    this.#drop()
    if (this.#closed) return
    const backOffMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts) * (0.5 + Math.random() / 2)
    this.#attempts++
    this.#tryTimer = setTimeout(() => this.#connect(), backOffMs)
    if (!wasUp) return
    const why = this.#refusal ? ` It said: ${this.#refusal}` : ''
    const message = `The signaling server at ${this.#url.host} does not answer.${why} Devices already connected stay; nobody can join until it is back. Check that the server runs and that this device is on its network.`
    this.events.emit('down', new HeadroomError('signaling-down', message))
  }

  #endTry(): void {
    for (const resolve of this.#tried.splice(0)) resolve()
  }

  #drop(): void {
    clearTimeout(this.#tryTimer)
    clearInterval(this.#pingTimer)
    this.#joined = false
    this.#endTry()
    const socket = this.#socket
    this.#socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = null
    socket.close()
  }

  #post(message: ClientMessage): void {
    const socket = this.#socket
    if (socket && socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }
}
