// The receiving half of a lane: chunks of any order become messages, messages wait for their receiver or the receiver for them.
// Everything a peer can make it hold is bounded; a breach throws `bad-message` and the lane closes.
import { abortError, HeadroomError } from '../base/errors.ts'
import { FRAME_HEADER_BYTES, type Frame, NO_RANK } from './frame.ts'
import type { FrameKey } from './lane.ts'

/** Messages that came, whole or in part, and were not received yet; of all epochs together. */
export const MAX_WAITING_MESSAGES = 1024
/** Their bytes: room for two of the largest messages. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024
/** Late duplicates are known by key among this many delivered messages. */
const REMEMBERED_DELIVERIES = 1024

interface Receiver {
  resolve(payload: Uint8Array): void
  reject(error: unknown): void
}

interface Message {
  rank: number
  bytes: Uint8Array
  /** Which chunks are here; null when all are. */
  arrived: Uint8Array | null
  missingChunks: number
}

/** One epoch's messages and receivers by `step * 65536 + slot`. */
interface Epoch {
  messages: Map<number, Message>
  receivers: Map<number, Receiver>
  delivered: Set<number>
}

/** Holds no resource but memory: `fail` frees it and rejects all receivers. */
export class Inbox {
  readonly #stride: number
  readonly #epochs = new Map<number, Epoch>()
  #epoch = 0
  #peerRank: number | undefined
  #waitingMessages = 0
  #waitingBytes = 0
  #failure: unknown = null

  constructor(maxFrameBytes: number) {
    this.#stride = maxFrameBytes - FRAME_HEADER_BYTES
  }

  /** Throws `bad-message` when the frame contradicts an earlier one, comes from a wrong rank, or more is held than allowed. */
  accept(frame: Frame): void {
    if (frame.epoch < this.#epoch) return
    const epoch = this.#open(frame.epoch)
    const id = idOf(frame)
    if (epoch.delivered.has(id)) return
    let message = epoch.messages.get(id)
    if (!message) {
      message = this.#hold(frame)
      epoch.messages.set(id, message)
    } else if (message.bytes.byteLength !== frame.messageBytes || message.rank !== frame.rank) {
      throw new HeadroomError('bad-message', `Two frames of message ${nameOf(frame)} contradict each other.`)
    }
    if (!message.arrived || message.arrived[frame.chunk] === 1) return
    if (frame.chunkCount > 1) message.bytes.set(frame.payload, frame.chunk * this.#stride)
    message.arrived[frame.chunk] = 1
    message.missingChunks--
    if (message.missingChunks > 0) return
    message.arrived = null
    const receiver = epoch.receivers.get(id)
    if (receiver) {
      const payload = this.#take(epoch, id, message, frame)
      epoch.receivers.delete(id)
      receiver.resolve(payload)
    }
  }

  receive(key: FrameKey, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (signal?.aborted) return Promise.reject(signal.reason instanceof HeadroomError ? signal.reason : abortError())
    if (key.epoch < this.#epoch) return Promise.reject(passed(key.epoch, this.#epoch))
    const epoch = this.#open(key.epoch)
    const id = idOf(key)
    if (epoch.receivers.has(id)) {
      return Promise.reject(new HeadroomError('internal', `Message ${nameOf(key)} has a receiver already.`))
    }
    const message = epoch.messages.get(id)
    if (message?.arrived === null) {
      try {
        return Promise.resolve(this.#take(epoch, id, message, key))
      } catch (error) {
        return Promise.reject(error)
      }
    }
    return new Promise((resolve, reject) => {
      if (!signal) {
        epoch.receivers.set(id, { resolve, reject })
        return
      }
      const onAbort = () => {
        epoch.receivers.delete(id)
        reject(signal.reason instanceof HeadroomError ? signal.reason : abortError())
      }
      const settle = () => signal.removeEventListener('abort', onAbort)
      signal.addEventListener('abort', onAbort, { once: true })
      epoch.receivers.set(id, {
        resolve(payload) {
          settle()
          resolve(payload)
        },
        reject(error) {
          settle()
          reject(error)
        },
      })
    })
  }

  /** Drops all that belongs to earlier epochs. `peerRank` is checked on every message delivered from here on. */
  setEpoch(number: number, peerRank: number | undefined): void {
    this.#epoch = Math.max(this.#epoch, number)
    this.#peerRank = peerRank
    for (const [epochNumber, epoch] of this.#epochs) {
      if (epochNumber >= this.#epoch) continue
      this.#epochs.delete(epochNumber)
      for (const message of epoch.messages.values()) this.#release(message)
      for (const receiver of epoch.receivers.values()) receiver.reject(passed(epochNumber, this.#epoch))
    }
  }

  fail(error: unknown): void {
    this.#failure = error
    const epochs = [...this.#epochs.values()]
    this.#epochs.clear()
    for (const { receivers } of epochs) for (const receiver of receivers.values()) receiver.reject(error)
  }

  #open(number: number): Epoch {
    let epoch = this.#epochs.get(number)
    if (!epoch) {
      epoch = { messages: new Map(), receivers: new Map(), delivered: new Set() }
      this.#epochs.set(number, epoch)
    }
    return epoch
  }

  #hold(frame: Frame): Message {
    if (this.#waitingMessages >= MAX_WAITING_MESSAGES || this.#waitingBytes + frame.messageBytes > MAX_WAITING_BYTES) {
      throw new HeadroomError(
        'bad-message',
        `The peer sent more than anyone asked for: ${this.#waitingMessages} messages with ${this.#waitingBytes} bytes wait, ` +
          `at most ${MAX_WAITING_MESSAGES} with ${MAX_WAITING_BYTES} may. Message ${nameOf(frame)} is refused.`,
      )
    }
    this.#waitingMessages++
    this.#waitingBytes += frame.messageBytes
    return {
      rank: frame.rank,
      bytes: frame.chunkCount === 1 ? frame.payload : new Uint8Array(frame.messageBytes),
      arrived: new Uint8Array(frame.chunkCount),
      missingChunks: frame.chunkCount,
    }
  }

  #release(message: Message): void {
    this.#waitingMessages--
    this.#waitingBytes -= message.bytes.byteLength
  }

  #take(epoch: Epoch, id: number, message: Message, key: FrameKey): Uint8Array {
    epoch.messages.delete(id)
    this.#release(message)
    if (this.#peerRank !== undefined && message.rank !== NO_RANK && message.rank !== this.#peerRank) {
      throw new HeadroomError(
        'peer-shape',
        `Message ${nameOf(key)} comes from rank ${message.rank}, the plan says rank ${this.#peerRank}. Start a new answer.`,
      )
    }
    epoch.delivered.add(id)
    if (epoch.delivered.size > REMEMBERED_DELIVERIES) {
      for (const oldest of epoch.delivered) {
        epoch.delivered.delete(oldest)
        break
      }
    }
    return message.bytes
  }
}

function idOf({ step, slot }: FrameKey): number {
  return step * 0x10000 + slot
}

function nameOf({ epoch, step, slot }: FrameKey): string {
  return `epoch ${epoch}, step ${step}, slot ${slot}`
}

function passed(epoch: number, current: number): HeadroomError {
  return new HeadroomError(
    'aborted',
    `Plan ${epoch} was replaced by plan ${current}; what was sent under it is dropped.`,
  )
}
