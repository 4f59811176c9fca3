// One entry of the cache as bytes: magic, state, SHA-256 of all that follows, where the part belongs, its bytes. Numbers are little-endian.
import { range } from '../base/ranges.ts'
import { sha256Hex } from './digest.ts'
import { type Rect, rectByteLength } from './rectangles.ts'

const MAGIC = 0x31_57_52_48 // "HRW1"
const DIGEST_START = 8
const FIELDS_START = 40
export const RECORD_HEAD_BYTES = 88
/** Larger ones are never written, so a header that claims more is damaged. */
const MAX_PAYLOAD_BYTES = 64 << 20

export interface CacheRecord {
  tensorOffset: number
  rowBytes: number
  rect: Rect
  dropped: boolean
}

export async function encodeRecord(record: CacheRecord, payload: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(RECORD_HEAD_BYTES + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  const { tensorOffset, rowBytes, rect } = record
  const fields = [tensorOffset, rowBytes, rect.rows.start, rect.rows.end, rect.bytes.start, rect.bytes.end]
  for (const [index, field] of fields.entries()) view.setFloat64(FIELDS_START + index * 8, field, true)
  bytes.set(payload, RECORD_HEAD_BYTES)
  const digest = await sha256Hex(bytes.subarray(FIELDS_START))
  for (let i = 0; i < 32; i++) bytes[DIGEST_START + i] = Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** null where `head` is no whole, sensible record head. */
export function decodeRecordHead(head: Uint8Array): CacheRecord | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.length < RECORD_HEAD_BYTES || view.getUint32(0, true) !== MAGIC) return null
  const field = (index: number) => view.getFloat64(FIELDS_START + index * 8, true)
  const rect = { rows: range(field(2), field(3)), bytes: range(field(4), field(5)) }
  const numbers = [field(0), field(1), rect.rows.start, rect.rows.end, rect.bytes.start, rect.bytes.end]
  const length = rectByteLength(rect)
  const sensible = numbers.every((value) => Number.isSafeInteger(value) && value >= 0)
  if (!sensible || rect.bytes.end > field(1) || !(length > 0 && length <= MAX_PAYLOAD_BYTES)) return null
  return { tensorOffset: field(0), rowBytes: field(1), rect, dropped: view.getUint32(4, true) !== 0 }
}

/** The bytes to write at `DROP_POSITION` of a record that is not to be used again. */
export const DROP_MARK: Uint8Array = Uint8Array.of(1, 0, 0, 0)
export const DROP_POSITION = 4

/** The payload of a whole record; null where it is not what was once written. */
export async function verifiedPayload(bytes: Uint8Array): Promise<Uint8Array | null> {
  const digest = await sha256Hex(bytes.subarray(FIELDS_START))
  for (let i = 0; i < 32; i++) {
    if (bytes[DIGEST_START + i] !== Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16)) return null
  }
  return bytes.subarray(RECORD_HEAD_BYTES)
}
