// The cached parts of one model file: a log of records, appended as parts arrive. A record that a crash cut short ends the log.
import {
  type CacheRecord,
  DROP_MARK,
  DROP_POSITION,
  decodeRecordHead,
  encodeRecord,
  RECORD_HEAD_BYTES,
  verifiedPayload,
} from './cache-record.ts'
import { copyRect, intersectRects, type Rect, rectByteLength, subtractRect, type TensorPart } from './rectangles.ts'
import type { StoredFile } from './storage.ts'

interface Entry {
  /** Of the record's head. */
  position: number
  rect: Rect
}

/** Owns `file`. Parts of one tensor never overlap as long as only `missing` ones are appended. */
export class CacheFile {
  readonly #file: StoredFile
  readonly #entries = new Map<number, Entry[]>()
  #end = 0
  #last: { position: number; payload: Uint8Array } | null = null

  /** Reads the heads of all records and drops what follows the last whole one. */
  constructor(file: StoredFile) {
    this.#file = file
    const size = file.getSize()
    const head = new Uint8Array(RECORD_HEAD_BYTES)
    for (;;) {
      const record = file.read(head, { at: this.#end }) === head.length ? decodeRecordHead(head) : null
      const next = record ? this.#end + RECORD_HEAD_BYTES + rectByteLength(record.rect) : Number.POSITIVE_INFINITY
      if (!record || next > size) break
      if (!record.dropped) this.#add(record, this.#end)
      this.#end = next
    }
    if (this.#end < size) file.truncate(this.#end)
  }

  missing(part: TensorPart): TensorPart[] {
    let rects = [part.rect]
    for (const { rect } of this.#entriesOf(part)) rects = rects.flatMap((left) => subtractRect(left, rect))
    // An untouched part keeps its identity.
    return rects[0] === part.rect ? [part] : rects.map((rect) => ({ ...part, rect }))
  }

  /** Copies what is here of `part` into `out`, the part's bytes; returns what is not. Damaged entries are forgotten. */
  async readInto(part: TensorPart, out: Uint8Array): Promise<TensorPart[]> {
    let unfilled = [part.rect]
    for (const entry of [...this.#entriesOf(part)]) {
      if (!intersectRects(entry.rect, part.rect)) continue
      const payload = await this.#payload(entry)
      if (payload) {
        copyRect(payload, entry.rect, out, part.rect)
        unfilled = unfilled.flatMap((left) => subtractRect(left, entry.rect))
      } else {
        this.#drop(part, entry)
      }
    }
    return unfilled.map((rect) => ({ ...part, rect }))
  }

  /** Throws what the storage throws; what was there before stays usable. */
  async append(part: TensorPart, bytes: Uint8Array): Promise<void> {
    const record: CacheRecord = { ...part, dropped: false }
    const encoded = await encodeRecord(record, bytes)
    const position = this.#end
    try {
      const written = this.#file.write(encoded, { at: position })
      if (written !== encoded.length) throw new DOMException('Only a part was written.', 'QuotaExceededError')
    } catch (error) {
      this.#file.truncate(position)
      throw error
    }
    this.#end += encoded.length
    this.#add(record, position)
  }

  close(): void {
    try {
      this.#file.flush()
    } finally {
      this.#file.close()
    }
  }

  #entriesOf({ tensorOffset }: TensorPart): Entry[] {
    return this.#entries.get(tensorOffset) ?? []
  }

  #add({ tensorOffset, rect }: CacheRecord, position: number): void {
    const entries = this.#entries.get(tensorOffset) ?? []
    this.#entries.set(tensorOffset, entries)
    entries.push({ position, rect })
  }

  #drop({ tensorOffset }: TensorPart, entry: Entry): void {
    this.#file.write(DROP_MARK, { at: entry.position + DROP_POSITION })
    const left = this.#entries.get(tensorOffset)?.filter((other) => other !== entry)
    if (left) this.#entries.set(tensorOffset, left)
  }

  async #payload({ position, rect }: Entry): Promise<Uint8Array | null> {
    if (this.#last?.position === position) return this.#last.payload
    const bytes = new Uint8Array(RECORD_HEAD_BYTES + rectByteLength(rect))
    const whole = this.#file.read(bytes, { at: position }) === bytes.length
    const payload = whole ? await verifiedPayload(bytes) : null
    if (payload) this.#last = { position, payload }
    return payload
  }
}
