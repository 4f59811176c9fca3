// A wire through the signaling server, for a device without data channels: it cannot compute with the others, but read along and ask.
// Every signal is a letter, sealed like all that passes through the server. Letters may overtake each other and the server takes only so
// many, so one with frames is under way at a time, and none follows another at once. One that the server loses is never acknowledged: the
// link's heartbeat then finds the other side silent.
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import { fromBase64Url, toBase64Url } from './base64url.ts'
import type { Wire, WireEvents } from './wire.ts'

/** Fifteen such devices are within what the server takes of the leader, `messagesPerSecond`. */
const PACE_MS = 300
/** Twice in base64 a letter stays below what the server takes as one message. */
const LETTER_BYTES = 24_000

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Letter = v.strictObject({
  /** Of the letters that bring frames: 1, 2, …; 0 where it brings none. */
  number: count,
  /** The highest number that has come from the other side. */
  taken: count,
  /** base64url. */
  frames: v.array(v.pipe(v.string(), v.maxLength(2 * LETTER_BYTES))),
})

export interface RelayWireOptions {
  /** It is open at once; the other side when it has heard of it. */
  initiator: boolean
  sendSignal(signal: unknown): void
}

export class RelayWire implements Wire {
  readonly #sendSignal: (signal: unknown) => void
  readonly #events: WireEvents
  readonly #queue: Uint8Array[] = []
  #queuedBytes = 0
  #bytesUnderWay = 0
  #sent = 0
  #acknowledged = 0
  #taken = 0
  #owesAnswer = false
  #open = false
  #closed = false
  #nextMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor({ initiator, sendSignal }: RelayWireOptions, events: WireEvents) {
    this.#sendSignal = sendSignal
    this.#events = events
    if (initiator) queueMicrotask(() => this.#opened())
  }

  /** What the other side has not acknowledged. */
  get bufferedBytes(): number {
    return this.#queuedBytes + this.#bytesUnderWay
  }

  signal(data: unknown): void {
    if (this.#closed) return
    const { number, taken, frames } = parseLetter(data)
    if (taken > this.#sent) throw refuse(`it takes number ${taken} of ${this.#sent}`)
    if (taken > this.#acknowledged) {
      this.#acknowledged = taken
      this.#bytesUnderWay = 0
    }
    this.#opened()
    if (number > 0) {
      if (number !== this.#taken + 1) throw refuse(`its number is ${number} after ${this.#taken}`)
      this.#taken = number
      this.#owesAnswer = true
      for (const frame of frames) this.#events.onData(fromBase64Url(frame))
    }
    this.#schedule()
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.byteLength
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #opened(): void {
    if (this.#open || this.#closed) return
    this.#open = true
    this.#events.onOpen()
  }

  get #mayBringFrames(): boolean {
    return this.#queue.length > 0 && this.#acknowledged === this.#sent
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== undefined || !(this.#mayBringFrames || this.#owesAnswer)) return
    this.#timer = setTimeout(() => this.#post(), this.#nextMs - performance.now())
  }

  #post(): void {
    this.#timer = undefined
    this.#nextMs = performance.now() + PACE_MS
    this.#owesAnswer = false
    const frames = this.#mayBringFrames ? this.#takeFrames() : []
    const number = frames.length > 0 ? ++this.#sent : 0
    this.#sendSignal({ number, taken: this.#taken, frames: frames.map(toBase64Url) })
  }

  #takeFrames(): Uint8Array[] {
    const frames: Uint8Array[] = []
    for (let [next] = this.#queue; next; [next] = this.#queue) {
      if (frames.length > 0 && this.#bytesUnderWay + next.byteLength > LETTER_BYTES) break
      frames.push(next)
      this.#queue.shift()
      this.#queuedBytes -= next.byteLength
      this.#bytesUnderWay += next.byteLength
    }
    return frames
  }
}

function parseLetter(data: unknown): v.InferOutput<typeof Letter> {
  const result = v.safeParse(Letter, data)
  if (result.success) return result.output
  throw refuse(result.issues[0].message)
}

function refuse(why: string): HeadroomError {
  return new HeadroomError('bad-message', `A letter of the other device is refused: ${why}. Reload both pages.`)
}
