// Megabytes between two devices, beside the lane: either side asks, the other answers. It knows neither what is asked nor what is sent.
// Backpressure is the port's: an answer's next frame waits until the port has drained, so a slow peer holds up nobody but itself.
import { HeadroomError, PeerLostError, StalledLaneError } from '../base/errors.ts'
import { BulkAnswerer, type BulkAnswererOptions } from './bulk-answerer.ts'
import { type AskOptions, type BulkAnswer, BulkAsker } from './bulk-asker.ts'
import { type BulkWords, parseBulkFrame, writeWords } from './bulk-frame.ts'
import type { LanePort } from './lane-port.ts'

/** A transfer in which nothing moves for this long is given up. */
export const BULK_STALL_MS = 15_000
/** Looks at a transfer in that time: a worker that is busy for longer, or a laptop that sleeps, misses one look and loses no channel. */
const STALL_LOOKS = 5

export interface BulkOptions extends BulkAnswererOptions {
  /** The peer's device id, for error messages. */
  peerId: string
  stallMs?: number
}

interface Writer {
  resolve(): void
  reject(error: unknown): void
}

/** Make it in the task that received the port's channel; it owns the port from there on. */
export class BulkChannel {
  readonly #peerId: string
  readonly #stallMs: number
  readonly #port: LanePort
  readonly #asker: BulkAsker
  readonly #answerer: BulkAnswerer
  #writers: Writer[] = []
  #failure: HeadroomError | null = null
  /** Heard, or let through to the port. */
  #movedFrames = 0
  #stallTimer: ReturnType<typeof setInterval> | undefined

  constructor(port: LanePort, options: BulkOptions) {
    this.#peerId = options.peerId
    this.#stallMs = options.stallMs ?? BULK_STALL_MS
    this.#port = port
    this.#asker = new BulkAsker((words) => void this.#write(words))
    this.#answerer = new BulkAnswerer(port, () => this.#writable(), options)
    port.start({
      onFrame: (frame) => this.#onFrame(frame),
      onDrain: () => this.#onDrain(),
      onClose: (error) => this.#fail(this.#asLost(error)),
    })
  }

  /** Rejects with the peer's refusal, `peer-lost`, `lane-stalled`, `bad-message` for an answer that is none, `aborted`. */
  ask(request: unknown, options: AskOptions): Promise<BulkAnswer> {
    if (this.#failure) return Promise.reject(this.#failure)
    const answer = this.#asker.ask(request, options)
    this.#watchForStall()
    return answer
  }

  /** What waits rejects with `peer-lost`. */
  close(): void {
    this.#fail(this.#asLost(undefined))
  }

  async #write(words: BulkWords): Promise<void> {
    try {
      await this.#writable()
      writeWords(this.#port, words)
    } catch (error) {
      this.#fail(this.#asLost(error))
    }
  }

  async #writable(): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure
      if (this.#port.writable) {
        this.#movedFrames++
        return
      }
      const drained = new Promise<void>((resolve, reject) => this.#writers.push({ resolve, reject }))
      this.#watchForStall()
      await drained
    }
  }

  #onDrain(): void {
    for (const { resolve } of this.#writers.splice(0)) resolve()
  }

  #onFrame(bytes: ArrayBuffer): void {
    if (this.#failure) return
    this.#movedFrames++
    try {
      const frame = parseBulkFrame(bytes, this.#port.maxFrameBytes)
      if (frame.kind === 'ask') this.#answerer.receive(frame.id, frame.request)
      else if (frame.kind === 'cancel') this.#answerer.cancel(frame.id)
      else if (frame.kind !== 'working') this.#asker.receive(frame)
    } catch (error) {
      this.#fail(this.#asLost(error))
    }
  }

  #watchForStall(): void {
    if (this.#stallTimer !== undefined || this.#failure) return
    let [movedFrames, queuedBytes, idleLooks] = [this.#movedFrames, this.#port.queuedBytes, 0]
    this.#stallTimer = setInterval(() => {
      if (this.#writers.length === 0 && !this.#asker.waiting) {
        this.#stopWatching()
        return
      }
      const moved = this.#movedFrames > movedFrames || this.#port.queuedBytes < queuedBytes
      movedFrames = this.#movedFrames
      queuedBytes = this.#port.queuedBytes
      idleLooks = moved ? 0 : idleLooks + 1
      if (idleLooks === STALL_LOOKS) this.#fail(this.#stalled())
    }, this.#stallMs / STALL_LOOKS)
  }

  #stopWatching(): void {
    clearInterval(this.#stallTimer)
    this.#stallTimer = undefined
  }

  #stalled(): StalledLaneError {
    return new StalledLaneError(
      `Nothing moved between this device and ${this.#peerId} for ${this.#stallMs / 1000} s in the middle of a transfer. Move the devices closer to the access point, reload the page that stands still, and load the model again: what has arrived is kept.`,
    )
  }

  #asLost(error: unknown): HeadroomError {
    if (error instanceof HeadroomError) return error
    return new PeerLostError(
      this.#peerId,
      `The bulk channel to ${this.#peerId} closed: the device left or lost its network. Join again: what has arrived is kept.`,
      { cause: error },
    )
  }

  #fail(error: HeadroomError): void {
    if (this.#failure) return
    this.#failure = error
    this.#stopWatching()
    this.#port.close()
    this.#answerer.close()
    this.#asker.fail(error)
    for (const { reject } of this.#writers.splice(0)) reject(error)
  }
}
