// The answering half of a bulk channel: one answer after the other, in the order asked, so that what arrives is whole pieces and only one
// is ever lost half-way. While one goes out the next is made ready; two are the most that is held for a peer.
import { HeadroomError, toErrorData } from '../base/errors.ts'
import type { BulkAnswer } from './bulk-asker.ts'
import { fittingError, payloadBytesOf, writeBytes, writeWords } from './bulk-frame.ts'
import type { LanePort } from './lane-port.ts'

/** Requests of one peer that may wait; one that sends more floods, and loses its channel. */
export const MAX_WAITING_REQUESTS = 16

/** A frame of one packet: a larger message would go out whole before the lane's next one. */
const PACKET_BYTES = 1024

/** How often a peer hears that its answer is still being made; far below the time in which it takes the channel for stalled. */
const WORKING_MS = 3000

export interface BulkAnswererOptions {
  /** What it throws is told to the peer, and the channel goes on. */
  answer(request: unknown, signal: AbortSignal): Promise<BulkAnswer>
  /** Asked before every frame: how long the channel is to keep out of others' way, and send one packet then; 0: not at all. */
  pauseMs(): number
}

interface Job {
  id: number
  request: unknown
  cancelled: AbortController
  outcome: Promise<BulkAnswer | HeadroomError> | null
}

export class BulkAnswerer {
  readonly #port: LanePort
  readonly #writable: () => Promise<void>
  readonly #options: BulkAnswererOptions
  /** Oldest first; the first is going out. */
  #jobs: Job[] = []
  #running = false

  /** `writable` resolves when the port takes a frame, and rejects when it never will. */
  constructor(port: LanePort, writable: () => Promise<void>, options: BulkAnswererOptions) {
    this.#port = port
    this.#writable = writable
    this.#options = options
  }

  /** Throws `bad-message` where too many wait. */
  receive(id: number, request: unknown): void {
    if (this.#jobs.length >= MAX_WAITING_REQUESTS)
      throw new HeadroomError(
        'bad-message',
        `The peer made more than ${MAX_WAITING_REQUESTS} requests at once. Let it join again.`,
      )
    this.#jobs.push({ id, request, cancelled: new AbortController(), outcome: null })
    if (!this.#running) void this.#run()
  }

  cancel(id: number): void {
    this.#jobs.find((job) => job.id === id)?.cancelled.abort()
    // The first one is let go by whoever sends it.
    this.#jobs = this.#jobs.filter((job, index) => index === 0 || job.id !== id)
  }

  close(): void {
    for (const { cancelled } of this.#jobs) cancelled.abort()
    this.#jobs = []
  }

  async #run(): Promise<void> {
    this.#running = true
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      const outcome = await this.#prepared(job)
      const next = this.#jobs[1]
      if (next) void this.#prepare(next)
      try {
        await this.#send(job, outcome)
      } catch {
        // Only a port that is gone throws here; its owner has told everybody and closes this half.
        this.close()
      }
      this.#jobs = this.#jobs.filter((other) => other !== job)
    }
    this.#running = false
  }

  /** Its turn has come: the peer, which hears nothing else now, is told that it is in work. */
  async #prepared(job: Job): Promise<BulkAnswer | HeadroomError> {
    const timer = setInterval(() => {
      if (this.#port.writable) writeWords(this.#port, { kind: 'working', id: job.id })
    }, WORKING_MS)
    const outcome = await this.#prepare(job)
    clearInterval(timer)
    return outcome
  }

  #prepare(job: Job): Promise<BulkAnswer | HeadroomError> {
    job.outcome ??= this.#options.answer(job.request, job.cancelled.signal).catch((thrown: unknown) => {
      const { code, message } = toErrorData(thrown)
      return new HeadroomError(code, message)
    })
    return job.outcome
  }

  async #send({ id, cancelled }: Job, outcome: BulkAnswer | HeadroomError): Promise<void> {
    await this.#writable()
    if (cancelled.signal.aborted) return
    if (outcome instanceof HeadroomError) {
      writeWords(this.#port, { kind: 'refused', id, error: fittingError(outcome) })
      return
    }
    const { head, bytes } = outcome
    writeWords(this.#port, { kind: 'answer', id, byteLength: bytes.length, head })
    for (let at = 0; at < bytes.length; ) {
      const pauseMs = this.#options.pauseMs()
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      await this.#writable()
      if (cancelled.signal.aborted) return
      const part = bytes.subarray(at, at + (pauseMs > 0 ? PACKET_BYTES : payloadBytesOf(this.#port)))
      writeBytes(this.#port, id, part)
      at += part.length
    }
  }
}
