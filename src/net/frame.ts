// The lane's frame: a 24-byte little-endian header and one chunk of a message. Every chunk but the last is full, so a header alone
// says where its bytes belong, and a false one is refused before anything is allocated. On the air the chunk of a long message makes a
// frame of at most 1,152 bytes, one packet: a data-channel message of more than about four packets waits extra round trips in SCTP.
// Up to there a message is one frame, however small the chunks of others are: every frame costs both ends a tenth of a millisecond.
//
// 0 magic u8 · 1 version u8 · 2 rank u8 · 3 zero u8 · 4 epoch u32 · 8 step u32 · 12 slot u16 · 14 chunk u16 · 16 chunkCount u16
// 18 zero u16 · 20 messageBytes u32 · 24 payload
import { HeadroomError } from '../base/errors.ts'
import type { FrameKey } from './lane.ts'

export const FRAME_HEADER_BYTES = 24
/** The largest frame of a cut message between devices. */
export const MAX_FRAME_BYTES = 1152
/** The largest frame that is a whole message, between any ends. */
export const WHOLE_MESSAGE_BYTES = 4096
/** The largest message a lane carries: a prefill chunk of 512 tokens of width 16,384 in float32. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024
/** The `rank` of a sender that has no rank yet. */
export const NO_RANK = 255

const MAGIC = 0x48
const VERSION = 2

export interface FrameHeader extends FrameKey {
  /** The sender's rank in the plan of this epoch, or `NO_RANK`. */
  rank: number
  chunk: number
  chunkCount: number
  /** Length of the whole message in bytes. */
  messageBytes: number
}

/** `payload` is a view into the received buffer, 8-byte aligned; chunk `i` of several starts at `i * (maxFrameBytes - 24)` of its message. */
export interface Frame extends FrameHeader {
  payload: Uint8Array<ArrayBuffer>
}

/** How many frames a message of this length takes; an empty message takes one. */
export function chunkCountOf(messageBytes: number, maxFrameBytes: number): number {
  if (messageBytes <= WHOLE_MESSAGE_BYTES - FRAME_HEADER_BYTES) return 1
  return Math.ceil(messageBytes / (maxFrameBytes - FRAME_HEADER_BYTES))
}

/** Writes the header into the first 24 bytes of `view`; the caller copies the payload behind it. */
export function writeFrameHeader(view: DataView, header: FrameHeader): void {
  view.setUint8(0, MAGIC)
  view.setUint8(1, VERSION)
  view.setUint8(2, header.rank)
  view.setUint8(3, 0)
  view.setUint32(4, header.epoch, true)
  view.setUint32(8, header.step, true)
  view.setUint16(12, header.slot, true)
  view.setUint16(14, header.chunk, true)
  view.setUint16(16, header.chunkCount, true)
  view.setUint16(18, 0)
  view.setUint32(20, header.messageBytes, true)
}

/** Throws `bad-message` for anything that is not exactly one frame of a lane whose cut messages have frames of at most `maxFrameBytes`. */
export function parseFrame(bytes: ArrayBuffer, maxFrameBytes = MAX_FRAME_BYTES): Frame {
  const length = bytes.byteLength
  const longest = Math.max(maxFrameBytes, WHOLE_MESSAGE_BYTES)
  if (length < FRAME_HEADER_BYTES || length > longest) {
    throw refuse(`it has ${length} bytes, a frame ${FRAME_HEADER_BYTES} to ${longest}`)
  }
  const view = new DataView(bytes)
  if (view.getUint8(0) !== MAGIC || view.getUint8(1) !== VERSION) {
    throw refuse(`it starts with ${view.getUint16(0).toString(16).padStart(4, '0')}, version ${VERSION} with 4801`)
  }
  if (view.getUint8(3) !== 0 || view.getUint16(18) !== 0) throw refuse('its reserved bytes are not zero')
  const chunk = view.getUint16(14, true)
  const chunkCount = view.getUint16(16, true)
  const messageBytes = view.getUint32(20, true)
  if (messageBytes > MAX_MESSAGE_BYTES) {
    throw refuse(`it claims a message of ${messageBytes} bytes, a message has at most ${MAX_MESSAGE_BYTES}`)
  }
  if (chunkCount !== chunkCountOf(messageBytes, maxFrameBytes) || chunk >= chunkCount) {
    throw refuse(`it claims to be chunk ${chunk} of ${chunkCount} of a message of ${messageBytes} bytes`)
  }
  const stride = maxFrameBytes - FRAME_HEADER_BYTES
  const payloadBytes = chunkCount === 1 ? messageBytes : Math.min(stride, messageBytes - chunk * stride)
  if (length !== FRAME_HEADER_BYTES + payloadBytes) {
    throw refuse(
      `chunk ${chunk} of ${chunkCount} brings ${length - FRAME_HEADER_BYTES} bytes instead of ${payloadBytes}`,
    )
  }
  return {
    rank: view.getUint8(2),
    epoch: view.getUint32(4, true),
    step: view.getUint32(8, true),
    slot: view.getUint16(12, true),
    chunk,
    chunkCount,
    messageBytes,
    payload: new Uint8Array(bytes, FRAME_HEADER_BYTES, payloadBytes),
  }
}

function refuse(why: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `A garbage frame came over the lane: ${why}. Update all devices to one version.`,
  )
}
