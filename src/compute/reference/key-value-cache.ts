// Keys and values of past positions, one pair per attention sublayer, [position, width]; grows by doubling up to the context.
import { HeadroomError } from '../../base/errors.ts'

export class KeyValueCache {
  #keys = new Float32Array(0)
  #values = new Float32Array(0)
  readonly #width: number
  readonly #contextLength: number

  constructor(width: number, contextLength: number) {
    this.#width = width
    this.#contextLength = contextLength
  }

  /** Writes T rows at positions `start..start + T`; what was there or later is replaced. */
  append(start: number, keys: Float32Array, values: Float32Array): void {
    const end = start * this.#width + keys.length
    if (end > this.#contextLength * this.#width)
      throw new HeadroomError(
        'bad-input',
        `The context holds ${this.#contextLength} positions; start a new chat or shorten the text.`,
      )
    if (end > this.#keys.length) this.#grow(end)
    this.#keys.set(keys, start * this.#width)
    this.#values.set(values, start * this.#width)
  }

  get keys(): Float32Array {
    return this.#keys
  }

  get values(): Float32Array {
    return this.#values
  }

  get byteLength(): number {
    return this.#keys.byteLength + this.#values.byteLength
  }

  #grow(needed: number): void {
    const size = Math.min(Math.max(needed, this.#keys.length * 2), this.#contextLength * this.#width)
    const [keys, values] = [new Float32Array(size), new Float32Array(size)]
    keys.set(this.#keys)
    values.set(this.#values)
    this.#keys = keys
    this.#values = values
  }
}
