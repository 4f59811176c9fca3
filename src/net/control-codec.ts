// The control channel's messages: JSON of any size cut into parts of at most 16 KiB (the size every browser takes), and the heartbeat.
// The channel is ordered and reliable, so parts need no numbers. First byte: what it is.
import { HeadroomError } from '../base/errors.ts'

/** The largest control message as UTF-8. */
export const MAX_CONTROL_BYTES = 8 * 1024 * 1024
const PART_BYTES = 16 * 1024 - 1

const MORE = 0
const LAST = 1
const PING = 2
const PONG = 3
const BYE = 4

export type ControlSignal =
  | { kind: 'message'; message: unknown }
  /** `stampMs` is the pinging side's clock and comes back in the pong. */
  | { kind: 'ping'; stampMs: number }
  | { kind: 'pong'; stampMs: number }
  /** The peer closes on purpose, after all it sent before. */
  | { kind: 'bye' }

/** Throws `bad-input` above `MAX_CONTROL_BYTES`. */
export function encodeControl(message: unknown): Uint8Array<ArrayBuffer>[] {
  const bytes = new TextEncoder().encode(JSON.stringify(message) ?? 'null')
  if (bytes.byteLength > MAX_CONTROL_BYTES) {
    throw new HeadroomError(
      'bad-input',
      `A control message of ${bytes.byteLength} bytes is above the limit of ${MAX_CONTROL_BYTES}: send large data over the lane.`,
    )
  }
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (let start = 0; start < bytes.byteLength; start += PART_BYTES) {
    const part = bytes.subarray(start, start + PART_BYTES)
    const framed = new Uint8Array(1 + part.byteLength)
    framed[0] = start + PART_BYTES < bytes.byteLength ? MORE : LAST
    framed.set(part, 1)
    parts.push(framed)
  }
  return parts
}

export function encodePing(kind: 'ping' | 'pong', stampMs: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(9)
  bytes[0] = kind === 'ping' ? PING : PONG
  new DataView(bytes.buffer).setFloat64(1, stampMs)
  return bytes
}

export function encodeBye(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(BYE)
}

/** Puts the parts of one peer together; holds at most `MAX_CONTROL_BYTES`. */
export class ControlDecoder {
  #parts: Uint8Array[] = []
  #byteLength = 0

  /** null while a message is not complete. Throws `bad-message` for anything else than what this file encodes. */
  push(data: unknown): ControlSignal | null {
    if (!(data instanceof Uint8Array) || data.byteLength === 0) throw refuse('it is not binary or empty')
    const kind = data[0]
    if (kind === PING || kind === PONG) {
      if (data.byteLength !== 9) throw refuse(`a heartbeat has ${data.byteLength} bytes instead of 9`)
      const stampMs = new DataView(data.buffer, data.byteOffset, 9).getFloat64(1)
      return { kind: kind === PING ? 'ping' : 'pong', stampMs }
    }
    if (kind === BYE) return { kind: 'bye' }
    if (kind !== MORE && kind !== LAST) throw refuse(`its kind is ${kind}`)
    this.#byteLength += data.byteLength - 1
    if (this.#byteLength > MAX_CONTROL_BYTES) throw refuse(`it has more than ${MAX_CONTROL_BYTES} bytes`)
    this.#parts.push(data.subarray(1))
    if (kind === MORE) return null
    const bytes = new Uint8Array(this.#byteLength)
    let offset = 0
    for (const part of this.#parts) {
      bytes.set(part, offset)
      offset += part.byteLength
    }
    this.#parts = []
    this.#byteLength = 0
    try {
      return {
        kind: 'message',
        message: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown,
      }
    } catch (cause) {
      throw refuse('it is not JSON', cause)
    }
  }
}

function refuse(why: string, cause?: unknown): HeadroomError {
  return new HeadroomError('bad-message', `A control message is refused: ${why}. Update all devices to one version.`, {
    cause,
  })
}
