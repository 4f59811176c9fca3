// Two ends of a lane in one process, for tests of what runs above lanes. Honest: bytes are copied when sent, arrive in a later task, out of
// order, at an odd address, and closing one end loses the other.
import { abortError, HeadroomError, PeerLostError } from '../../src/base/errors.ts'
import type { FrameKey, Lane } from '../../src/net/lane.ts'

/** `[the end that talks to peerA, the end that talks to peerB]`. */
export function memoryLanes(peerA: string, peerB: string): [MemoryLane, MemoryLane] {
  const a = new MemoryLane(peerA)
  const b = new MemoryLane(peerB)
  a.connect(b)
  b.connect(a)
  return [a, b]
}

interface Receiver {
  resolve(payload: Uint8Array): void
  reject(error: unknown): void
}

export class MemoryLane implements Lane {
  readonly peerId: string
  bytesSent = 0
  bytesReceived = 0
  /** Set to lose everything sent from here on, as a dead network does. */
  silent = false
  readonly #arrived = new Map<string, Uint8Array>()
  readonly #receivers = new Map<string, Receiver>()
  #other: MemoryLane | null = null
  #failure: HeadroomError | null = null

  constructor(peerId: string) {
    this.peerId = peerId
  }

  connect(other: MemoryLane): void {
    this.#other = other
  }

  /** Receivers still waiting; 0 after every settled round. */
  get waiting(): number {
    return this.#receivers.size
  }

  async send(key: FrameKey, payload: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    const bytes = new Uint8Array(payload.byteLength + 1).subarray(1)
    bytes.set(payload)
    this.bytesSent += bytes.byteLength
    if (!this.silent) setImmediate(() => this.#other?.accept(key, bytes))
  }

  accept(key: FrameKey, bytes: Uint8Array): void {
    if (this.#failure) return
    const id = idOf(key)
    this.bytesReceived += bytes.byteLength
    const receiver = this.#receivers.get(id)
    if (!receiver) {
      if (this.#arrived.has(id)) throw new Error(`Message ${id} came twice.`)
      this.#arrived.set(id, bytes)
      return
    }
    this.#receivers.delete(id)
    receiver.resolve(bytes)
  }

  receive(key: FrameKey, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (signal?.aborted) return Promise.reject(abortError())
    const id = idOf(key)
    const here = this.#arrived.get(id)
    if (here) {
      this.#arrived.delete(id)
      return Promise.resolve(here)
    }
    return new Promise((resolve, reject) => {
      this.#receivers.set(id, { resolve, reject })
      signal?.addEventListener('abort', () => {
        if (this.#receivers.delete(id)) reject(abortError())
      })
    })
  }

  setEpoch(): void {
    throw new Error('No collective sets the epoch of a lane.')
  }

  close(reason?: unknown): void {
    if (this.#failure) return
    this.#failure = reason instanceof HeadroomError ? reason : new PeerLostError(this.peerId, `${this.peerId} is gone.`)
    for (const { reject } of this.#receivers.values()) reject(this.#failure)
    this.#receivers.clear()
    const other = this.#other
    setImmediate(() => other?.close())
  }
}

function idOf({ epoch, step, slot }: FrameKey): string {
  return `${epoch}/${step}/${slot}`
}
