// What passes on a bulk channel: words, JSON under a schema, and bytes of an answer that words announced. The channel is ordered and
// reliable, so neither is numbered.
//
// words: 0 kind u8 = 1 · 1 JSON in UTF-8
// bytes: 0 kind u8 = 2 · 1 zero x3 · 4 id u32 little-endian · 8 payload
import * as v from 'valibot'
import { HeadroomError } from '../base/errors.ts'
import type { LanePort } from './lane-port.ts'

/** The largest frame between devices: below the 16 KiB that every browser takes. */
export const BULK_FRAME_BYTES = 16_000

const WORDS = 1
const BYTES = 2
const BYTES_HEAD = 8
const MAX_TEXT_LENGTH = 2000

const id = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))
const byteLength = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const error = v.object({
  code: v.pipe(v.string(), v.maxLength(40)),
  message: v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH)),
})

const wordsSchema = v.variant('kind', [
  v.object({ kind: v.literal('ask'), id, request: v.unknown() }),
  v.object({ kind: v.literal('cancel'), id }),
  /** The answer is still being made: not everything comes from a disk. */
  v.object({ kind: v.literal('working'), id }),
  /** Its bytes follow; `head` is what the answering side says of them. */
  v.object({ kind: v.literal('answer'), id, byteLength, head: v.unknown() }),
  v.object({ kind: v.literal('refused'), id, error }),
])

export type BulkWords = v.InferOutput<typeof wordsSchema>

/** `payload` is a view into the received buffer. */
export interface BulkBytes {
  kind: 'bytes'
  id: number
  payload: Uint8Array
}

/** The port must be writable. Throws `bad-input` for words above one frame. */
export function writeWords(port: LanePort, words: BulkWords): void {
  const text = new TextEncoder().encode(JSON.stringify(words))
  if (text.length >= port.maxFrameBytes)
    throw new HeadroomError('bad-input', `A message of ${text.length} bytes is above a bulk channel's frame: ask less.`)
  const frame = port.allocate(1 + text.length)
  frame[0] = WORDS
  frame.set(text, 1)
  port.send(frame)
}

/** How many bytes one `writeBytes` takes. */
export function payloadBytesOf(port: LanePort): number {
  return port.maxFrameBytes - BYTES_HEAD
}

/** The port must be writable. */
export function writeBytes(port: LanePort, id: number, payload: Uint8Array): void {
  const frame = port.allocate(BYTES_HEAD + payload.length)
  frame.fill(0, 0, BYTES_HEAD)
  frame[0] = BYTES
  new DataView(frame.buffer, frame.byteOffset).setUint32(4, id, true)
  frame.set(payload, BYTES_HEAD)
  port.send(frame)
}

/** An error in a length that the other side takes. */
export function fittingError({ code, message }: HeadroomError): { code: string; message: string } {
  return { code, message: message.slice(0, MAX_TEXT_LENGTH) }
}

/** Throws `bad-message` for anything that is no frame of a bulk channel. */
export function parseBulkFrame(frame: ArrayBuffer, maxFrameBytes: number): BulkWords | BulkBytes {
  const bytes = new Uint8Array(frame)
  if (bytes.length > maxFrameBytes) throw refuse(`it has ${bytes.length} bytes, a frame at most ${maxFrameBytes}`)
  if (bytes[0] === BYTES && bytes.length > BYTES_HEAD) {
    return { kind: 'bytes', id: new DataView(frame).getUint32(4, true), payload: bytes.subarray(BYTES_HEAD) }
  }
  if (bytes[0] !== WORDS) throw refuse(`it starts with ${bytes[0] ?? 'nothing'} and has ${bytes.length} bytes`)
  const result = v.safeParse(wordsSchema, parseJson(bytes.subarray(1)), { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  throw refuse(`${v.getDotPath(issue) ?? 'the whole'}: ${issue.message.slice(0, 200)}`)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuse('its words are no JSON')
  }
}

function refuse(why: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `A garbage frame came over a bulk channel: ${why}. Update all devices to one version.`,
  )
}
