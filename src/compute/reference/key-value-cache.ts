// Keys and values of past positions, one pair per attention sublayer. Position p lies in row p % capacity; rows are made when first written.

export class KeyValueCache {
  readonly #keys: Float32Array[] = []
  readonly #values: Float32Array[] = []
  readonly #width: number
  readonly #capacity: number

  /** `capacity`: `kvPositions`; less than the context where an attention window lets old positions be overwritten. */
  constructor(width: number, capacity: number) {
    this.#width = width
    this.#capacity = capacity
  }

  /** Writes T rows at positions `start..start + T`. */
  append(start: number, keys: Float32Array, values: Float32Array): void {
    const count = keys.length / this.#width
    for (let i = 0; i < count; i++) {
      const row = (start + i) % this.#capacity
      this.#keys[row] = keys.slice(i * this.#width, (i + 1) * this.#width)
      this.#values[row] = values.slice(i * this.#width, (i + 1) * this.#width)
    }
  }

  keyOf(position: number): Float32Array {
    return this.#keys[position % this.#capacity]!
  }

  valueOf(position: number): Float32Array {
    return this.#values[position % this.#capacity]!
  }

  /** A row's keys or values for whoever moves them; zeros where none was written. */
  row(row: number, values: boolean): Float32Array {
    const rows = values ? this.#values : this.#keys
    rows[row] ??= new Float32Array(this.#width)
    return rows[row]
  }

  get byteLength(): number {
    return (this.#keys.length + this.#values.length) * this.#width * 4
  }
}
