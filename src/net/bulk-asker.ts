// The asking half of a bulk channel: requests go out with the length that the answer must have, answers come back piece by piece.
// What a peer can make it hold is what was asked of it.
import { abortError, type ErrorCode, HeadroomError } from '../base/errors.ts'
import type { BulkBytes, BulkWords } from './bulk-frame.ts'

export interface BulkAnswer {
  /** JSON-safe. Parse it: on the asking side it is whatever the peer sent. */
  head: unknown
  bytes: Uint8Array
}

export interface AskOptions {
  /** Of the answer; one of another length fails the channel. */
  byteLength: number
  /** Called with the length of every part that arrives. */
  onBytes(byteCount: number): void
  signal?: AbortSignal | undefined
}

interface Pending extends AskOptions {
  answer: BulkAnswer | null
  filledBytes: number
  settle(outcome: BulkAnswer | HeadroomError): void
}

/** Holds no resource but memory: `fail` frees it and rejects all that wait. */
export class BulkAsker {
  readonly #send: (words: BulkWords) => void
  readonly #pending = new Map<number, Pending>()
  #nextId = 0

  /** `send` never throws: a channel that fails calls `fail`. */
  constructor(send: (words: BulkWords) => void) {
    this.#send = send
  }

  get waiting(): boolean {
    return this.#pending.size > 0
  }

  /** Rejects with the peer's own refusal, what `fail` is given, or `aborted`. */
  ask(request: unknown, options: AskOptions): Promise<BulkAnswer> {
    const { signal } = options
    const abortReason = () => (signal?.reason instanceof HeadroomError ? signal.reason : abortError())
    if (signal?.aborted) return Promise.reject(abortReason())
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#send({ kind: 'cancel', id })
        settle(abortReason())
      }
      const settle = (outcome: BulkAnswer | HeadroomError) => {
        this.#pending.delete(id)
        signal?.removeEventListener('abort', onAbort)
        if (outcome instanceof HeadroomError) reject(outcome)
        else resolve(outcome)
      }
      this.#pending.set(id, { ...options, answer: null, filledBytes: 0, settle })
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#send({ kind: 'ask', id, request })
    })
  }

  /** Throws `bad-message` for an answer that nobody asked for, or of another length. */
  receive(frame: BulkBytes | Extract<BulkWords, { kind: 'answer' | 'refused' }>): void {
    const pending = this.#pending.get(frame.id)
    if (!pending) {
      // Cancelled here while it was on its way.
      if (frame.id < this.#nextId) return
      throw new HeadroomError('bad-message', `The peer answers request ${frame.id}, which was never made.`)
    }
    if (frame.kind === 'refused') {
      pending.settle(new HeadroomError(frame.error.code as ErrorCode, frame.error.message))
    } else if (frame.kind === 'answer') {
      if (pending.answer || frame.byteLength !== pending.byteLength) throw contradicts(frame.id, pending.byteLength)
      pending.answer = { head: frame.head, bytes: new Uint8Array(frame.byteLength) }
      this.#settleIfWhole(pending)
    } else {
      const { answer, filledBytes, byteLength } = pending
      if (!answer || filledBytes + frame.payload.length > byteLength) throw contradicts(frame.id, byteLength)
      answer.bytes.set(frame.payload, filledBytes)
      pending.filledBytes += frame.payload.length
      pending.onBytes(frame.payload.length)
      this.#settleIfWhole(pending)
    }
  }

  fail(error: HeadroomError): void {
    for (const { settle } of [...this.#pending.values()]) settle(error)
  }

  #settleIfWhole({ answer, filledBytes, byteLength, settle }: Pending): void {
    if (answer && filledBytes === byteLength) settle(answer)
  }
}

function contradicts(id: number, byteLength: number): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `The peer's answer to request ${id} is not the ${byteLength} bytes that were asked. Reload both pages, so that they run the same version.`,
  )
}
