// Takes exact numbers of bytes out of a stream of chunks of any size.

/** Owns its iterator: `close()` ends the stream where it is. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next `byteLength` bytes, as a view of the stream's memory where one chunk holds them all. Throws `RangeError` at the stream's end. */
  async take(byteLength: number): Promise<Uint8Array> {
    if (this.#rest.length === 0 && byteLength > 0) this.#rest = await this.#next()
    if (this.#rest.length >= byteLength) return this.#cut(byteLength)
    const bytes = new Uint8Array(byteLength)
    for (let filled = 0; filled < byteLength; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next()
      const part = this.#cut(Math.min(this.#rest.length, byteLength - filled))
      bytes.set(part, filled)
      filled += part.length
    }
    return bytes
  }

  async skip(byteLength: number): Promise<void> {
    for (let left = byteLength; left > 0; ) {
      if (this.#rest.length === 0) this.#rest = await this.#next()
      left -= this.#cut(Math.min(this.#rest.length, left)).length
    }
  }

  async close(): Promise<void> {
    this.#rest = new Uint8Array(0)
    await this.#chunks.return?.()
  }

  #cut(byteLength: number): Uint8Array {
    const part = this.#rest.subarray(0, byteLength)
    this.#rest = this.#rest.subarray(byteLength)
    return part
  }

  async #next(): Promise<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done) throw new RangeError('The stream of bytes ended too early.')
      if (value.length > 0) return value
    }
  }
}
