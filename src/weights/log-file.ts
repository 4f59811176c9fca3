// A stored file that grows at its end. Every call into storage waits for the browser's own process, and a file that grows a little at a
// time costs half as much again: so appends are gathered, and the file grows in large steps, cut back in the end.
import { joinBytes } from '../base/join-bytes.ts'
import type { StoredFile } from './storage.ts'

/** What is gathered before it is written; what a crash loses. */
const BATCH_BYTES = 1 << 20
const GROWTH_BYTES = 16 << 20

/** Owns its file. */
export class LogFile {
  readonly #file: StoredFile
  #batch: Uint8Array[] = []
  #written: number
  #end: number
  #grownTo: number
  #growthBytes = GROWTH_BYTES

  /** Cuts off what follows the first `byteLength` bytes. */
  constructor(file: StoredFile, byteLength: number) {
    this.#file = file
    this.#written = byteLength
    this.#end = byteLength
    this.#grownTo = file.getSize()
    this.#cut()
  }

  get byteLength(): number {
    return this.#end
  }

  /** Takes `bytes` over; written at the latest by `close`. Throws what the storage throws: what was appended last is then lost, and `byteLength` smaller. */
  append(bytes: Uint8Array): void {
    this.#batch.push(bytes)
    this.#end += bytes.length
    if (this.#end - this.#written >= BATCH_BYTES) this.#writeBatch()
  }

  /** Bytes read, fewer than asked at the end of the file. Throws as `append` does. */
  read(into: Uint8Array, { at }: { at: number }): number {
    if (at + into.length > this.#written) this.#writeBatch()
    return this.#file.read(into, { at })
  }

  /** Of bytes that have been read. */
  overwrite(bytes: Uint8Array, { at }: { at: number }): void {
    this.#file.write(bytes, { at })
  }

  /** Throws as `append` does; the file is closed all the same. */
  close(): void {
    try {
      this.#writeBatch()
      this.#cut()
      this.#file.flush()
    } finally {
      this.#file.close()
    }
  }

  #writeBatch(): void {
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    this.#grow()
    try {
      if (!this.#fits(joinBytes(batch))) for (const bytes of batch) this.#write(bytes)
    } finally {
      this.#end = this.#written
    }
  }

  /** Where there is no room for all, there may be for some. */
  #fits(bytes: Uint8Array): boolean {
    try {
      this.#write(bytes)
      return true
    } catch {
      return false
    }
  }

  #write(bytes: Uint8Array): void {
    try {
      const count = this.#file.write(bytes, { at: this.#written })
      if (count !== bytes.length) throw new DOMException('Only a part was written.', 'QuotaExceededError')
      this.#written += count
    } catch (error) {
      this.#file.truncate(this.#written)
      this.#grownTo = this.#written
      throw error
    }
  }

  #grow(): void {
    if (this.#end <= this.#grownTo || this.#growthBytes === 0) return
    try {
      this.#file.truncate(this.#end + this.#growthBytes)
      this.#grownTo = this.#end + this.#growthBytes
    } catch {
      // No room to spare; the write itself says whether there is enough.
      this.#growthBytes = 0
    }
  }

  #cut(): void {
    if (this.#grownTo > this.#end) this.#file.truncate(this.#end)
    this.#grownTo = this.#end
  }
}
