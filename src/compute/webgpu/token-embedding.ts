// The leader's whole token embedding, kept in main memory in file blocks: `embed` answers synchronously, from a few rows a step. On the
// GPU lie only the rank's vocabulary rows, for the head; with tied embeddings those rows are thus held twice (and counted twice).
import { HeadroomError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import { bytesOf, type ShardTensor } from '../../model/tensor.ts'
import { dequantize } from '../reference/dequantize.ts'

export class TokenEmbedding {
  readonly bytes: Uint8Array
  readonly #tensor: ShardTensor
  readonly #columns: number
  readonly #rowBytes: number

  constructor(tensor: ShardTensor) {
    this.#tensor = tensor
    this.#columns = rangeLength(tensor.columns)
    this.#rowBytes = bytesOf(tensor.format, 1, this.#columns)
    this.bytes = new Uint8Array(rangeLength(tensor.rows) * this.#rowBytes)
  }

  write(firstRow: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, firstRow * this.#rowBytes)
  }

  /** Rows of `tokens`, [T, H]. Throws `bad-input` for an id outside the vocabulary. */
  rows(tokens: readonly number[]): Float32Array {
    const vocabSize = rangeLength(this.#tensor.rows)
    const out = new Float32Array(tokens.length * this.#columns)
    tokens.forEach((token, i) => {
      if (!(Number.isInteger(token) && token >= 0 && token < vocabSize))
        throw new HeadroomError('bad-input', `Token ${token} is not in the vocabulary of ${vocabSize} tokens.`)
      const row = this.bytes.subarray(token * this.#rowBytes, (token + 1) * this.#rowBytes)
      dequantize(this.#tensor.format, row, this.#columns, out, i * this.#columns)
    })
    return out
  }
}
