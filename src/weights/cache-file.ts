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
import { LogFile } from './log-file.ts'
import { copyRect, intersectRects, type Rect, rectByteLength, subtractRect, type TensorPart } from './rectangles.ts'
import type { StoredFile } from './storage.ts'

interface Entry {
  /** Of the record's head. */
  position: number
  rect: Rect
}

/** Owns `file`. Parts of one tensor never overlap as long as only `missing` ones are appended. */
export class CacheFile {
  readonly #log: LogFile
  readonly #entries = new Map<number, Entry[]>()
  #last: { position: number; payload: Uint8Array } | null = null

  /** Reads the heads of all records and drops what follows the last whole one. */
  constructor(file: StoredFile) {
    const size = file.getSize()
    const head = new Uint8Array(RECORD_HEAD_BYTES)
    let end = 0
    for (;;) {
      const record = file.read(head, { at: end }) === head.length ? decodeRecordHead(head) : null
      const next = record ? end + RECORD_HEAD_BYTES + rectByteLength(record.rect) : Number.POSITIVE_INFINITY
      if (!record || next > size) break
      if (!record.dropped) this.#add(record, end)
      end = next
    }
    this.#log = new LogFile(file, end)
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

  /** Kept at the latest by `close`. Throws what the storage throws: parts appended last are then not here, those before stay usable. */
  async append(part: TensorPart, bytes: Uint8Array): Promise<void> {
    const record: CacheRecord = { ...part, dropped: false }
    const encoded = await encodeRecord(record, bytes)
    this.#add(record, this.#log.byteLength)
    this.#tryLog(() => this.#log.append(encoded))
  }

  /** Throws as `append` does; the file is closed all the same. */
  close(): void {
    this.#log.close()
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
    this.#log.overwrite(DROP_MARK, { at: entry.position + DROP_POSITION })
    const left = this.#entries.get(tensorOffset)?.filter((other) => other !== entry)
    if (left) this.#entries.set(tensorOffset, left)
  }

  /** What the log loses when it fails is forgotten. */
  #tryLog<Result>(act: () => Result): Result {
    try {
      return act()
    } catch (error) {
      const isHere = ({ position }: Entry) => position < this.#log.byteLength
      for (const [tensorOffset, entries] of this.#entries) this.#entries.set(tensorOffset, entries.filter(isHere))
      throw error
    }
  }

  async #payload({ position, rect }: Entry): Promise<Uint8Array | null> {
    if (this.#last?.position === position) return this.#last.payload
    const bytes = new Uint8Array(RECORD_HEAD_BYTES + rectByteLength(rect))
    const whole = this.#tryLog(() => this.#log.read(bytes, { at: position })) === bytes.length
    const payload = whole ? await verifiedPayload(bytes) : null
    if (payload) this.#last = { position, payload }
    return payload
  }
}
