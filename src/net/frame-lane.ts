// The lane over any port: cuts messages into frames, waits where the port or the window of long messages is full, and hands arriving frames to the inbox.
// This is the hot path (two messages a sublayer): a small send is one copy and no promise of its own.
import { HeadroomError, PeerLostError, StalledLaneError } from '../base/errors.ts'
import { chunkCountOf, FRAME_HEADER_BYTES, MAX_MESSAGE_BYTES, NO_RANK, parseFrame, writeFrameHeader } from './frame.ts'
import { ACKNOWLEDGEMENT_BYTES, FrameWindow } from './frame-window.ts'
import { Inbox } from './inbox.ts'
import type { FrameKey, Lane } from './lane.ts'
import type { LanePort } from './lane-port.ts'

/** A port that takes no byte for this long is given up. */
export const STALL_MS = 4000

export interface LaneOptions {
  /** The peer's device id, for error messages. */
  peerId: string
  stallMs?: number
}

/** Who the two ends are in the plan of an epoch. A message of another rank fails the lane: its sender works on another plan. */
export interface LaneRanks {
  own: number
  peer: number
}

interface WaitingSend {
  key: FrameKey
  payload: Uint8Array
  nextChunk: number
  chunkCount: number
  resolve(): void
  reject(error: unknown): void
}

const sent = Promise.resolve()

/** Call it in the task that received the port's channel; it owns the port from here on. */
export function createLane(port: LanePort, options: LaneOptions): FrameLane {
  return new FrameLane(port, options)
}

export class FrameLane implements Lane {
  readonly peerId: string
  readonly #port: LanePort
  readonly #inbox: Inbox
  readonly #stallMs: number
  readonly #window = new FrameWindow()
  readonly #waiting: WaitingSend[] = []
  #ownRank = NO_RANK
  #bytesSent = 0
  #bytesReceived = 0
  #failure: HeadroomError | null = null
  #stallTimer: ReturnType<typeof setTimeout> | undefined

  constructor(port: LanePort, { peerId, stallMs = STALL_MS }: LaneOptions) {
    this.peerId = peerId
    this.#port = port
    this.#inbox = new Inbox(port.maxFrameBytes)
    this.#stallMs = stallMs
    port.start({
      onFrame: (bytes) => this.#onFrame(bytes),
      onDrain: () => this.#flush(),
      onClose: (error) => this.#fail(this.#asLost(error)),
    })
  }

  get bytesSent(): number {
    return this.#bytesSent
  }

  get bytesReceived(): number {
    return this.#bytesReceived
  }

  /** `payload` must not change before the promise settles. Rejects `bad-input` above `MAX_MESSAGE_BYTES`. */
  send(key: FrameKey, payload: Uint8Array): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (payload.byteLength > MAX_MESSAGE_BYTES) {
      const message = `A message of ${payload.byteLength} bytes is above the lane's ${MAX_MESSAGE_BYTES}: send fewer tokens at once.`
      return Promise.reject(new HeadroomError('bad-input', message))
    }
    const chunkCount = chunkCountOf(payload.byteLength, this.#port.maxFrameBytes)
    let nextChunk = 0
    if (this.#waiting.length === 0) {
      nextChunk = this.#write(key, payload, 0, chunkCount)
      if (this.#failure) return Promise.reject(this.#failure)
      if (nextChunk === chunkCount) return sent
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, payload, nextChunk, chunkCount, resolve, reject })
      this.#watchForStall()
    })
  }

  /** The payload is the receiver's own; its `byteOffset` is a multiple of 8. Rejects `aborted` when the epoch has passed. */
  receive(key: FrameKey, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#inbox.receive(key, signal)
  }

  setEpoch(epoch: number, ranks?: LaneRanks): void {
    this.#ownRank = ranks?.own ?? NO_RANK
    this.#inbox.setEpoch(epoch, ranks?.peer)
  }

  close(reason?: unknown): void {
    this.#fail(
      reason instanceof HeadroomError
        ? reason
        : new PeerLostError(this.peerId, `The lane to ${this.peerId} was closed.`, { cause: reason }),
    )
  }

  /** Writes chunks while the port takes them and returns the first unwritten one. */
  #write(key: FrameKey, payload: Uint8Array, firstChunk: number, chunkCount: number): number {
    const port = this.#port
    const stride = port.maxFrameBytes - FRAME_HEADER_BYTES
    let chunk = firstChunk
    try {
      for (; chunk < chunkCount && port.writable && this.#window.open(chunkCount); chunk++) {
        const part = chunkCount === 1 ? payload : payload.subarray(chunk * stride, (chunk + 1) * stride)
        const frame = port.allocate(FRAME_HEADER_BYTES + part.byteLength)
        writeFrameHeader(new DataView(frame.buffer, frame.byteOffset, FRAME_HEADER_BYTES), {
          epoch: key.epoch,
          step: key.step,
          slot: key.slot,
          rank: this.#ownRank,
          chunk,
          chunkCount,
          messageBytes: payload.byteLength,
        })
        frame.set(part, FRAME_HEADER_BYTES)
        port.send(frame)
        this.#window.sent(chunkCount)
        this.#bytesSent += FRAME_HEADER_BYTES + part.byteLength
      }
    } catch (error) {
      this.#fail(this.#asLost(error))
    }
    return chunk
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      next.nextChunk = this.#write(next.key, next.payload, next.nextChunk, next.chunkCount)
      if (this.#failure || next.nextChunk < next.chunkCount) return
      this.#waiting.shift()
      next.resolve()
    }
  }

  #watchForStall(): void {
    if (this.#stallTimer !== undefined) return
    const { queuedBytes } = this.#port
    const bytesSent = this.#bytesSent
    this.#stallTimer = setTimeout(() => {
      this.#stallTimer = undefined
      if (this.#waiting.length === 0) return
      // Where the window alone is full, the peer computes and takes nothing meanwhile: whether it lives, the heartbeat knows.
      const windowFull = this.#port.writable
      if (windowFull || this.#bytesSent > bytesSent || this.#port.queuedBytes < queuedBytes) {
        this.#watchForStall()
        return
      }
      const seconds = this.#stallMs / 1000
      const message = `The lane to ${this.peerId} took no byte for ${seconds} s, ${queuedBytes} bytes wait in it. Move the devices closer to the access point or remove this one.`
      this.#fail(new StalledLaneError(message))
    }, this.#stallMs)
  }

  #onFrame(bytes: ArrayBuffer): void {
    if (this.#failure) return
    this.#bytesReceived += bytes.byteLength
    try {
      if (bytes.byteLength === ACKNOWLEDGEMENT_BYTES) {
        this.#window.acknowledged(bytes)
        this.#flush()
        return
      }
      const frame = parseFrame(bytes, this.#port.maxFrameBytes)
      if (this.#window.taken(frame.chunkCount)) this.#acknowledge()
      this.#inbox.accept(frame)
    } catch (error) {
      this.#fail(this.#asLost(error))
    }
  }

  #acknowledge(): void {
    const bytes = this.#port.allocate(ACKNOWLEDGEMENT_BYTES)
    this.#window.writeAcknowledgement(bytes)
    this.#port.send(bytes)
    this.#bytesSent += ACKNOWLEDGEMENT_BYTES
  }

  #asLost(error: unknown): HeadroomError {
    if (error instanceof HeadroomError) return error
    return new PeerLostError(this.peerId, `The lane to ${this.peerId} closed: the device left or lost its network.`, {
      cause: error,
    })
  }

  #fail(error: HeadroomError): void {
    if (this.#failure) return
    this.#failure = error
    clearTimeout(this.#stallTimer)
    this.#port.close()
    this.#inbox.fail(error)
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
