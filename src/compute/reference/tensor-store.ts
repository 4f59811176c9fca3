// Weights of the reference executor: every tensor dequantized to float32 as its pieces come.
import { ModelFormatError } from '../../base/errors.ts'
import { type Range, rangeLength } from '../../base/ranges.ts'
import { type ShardTensor, type TensorRole, tensorKey, type WeightPiece } from '../../model/tensor.ts'
import { dequantize } from './dequantize.ts'
import type { Matrix } from './operations.ts'

export class TensorStore {
  readonly #matrices = new Map<string, Matrix>()
  readonly #rowsWritten = new Map<string, number>()
  readonly weightBytes: number

  constructor(tensors: readonly ShardTensor[]) {
    for (const tensor of tensors) {
      const rows = rangeLength(tensor.rows)
      const columns = rangeLength(tensor.columns)
      const values = new Float32Array(rows * columns)
      this.#matrices.set(tensorKey(tensor), { values, rows, columns, columnStart: tensor.columns.start })
    }
    this.weightBytes = [...this.#matrices.values()].reduce((sum, { values }) => sum + values.byteLength, 0)
  }

  write({ tensor, firstRow, rowCount, bytes }: WeightPiece): void {
    const key = tensorKey(tensor)
    const matrix = this.#matrices.get(key)
    const written = this.#rowsWritten.get(key) ?? 0
    if (!matrix || firstRow !== written || firstRow + rowCount > matrix.rows)
      throw new ModelFormatError(
        `Rows ${firstRow}+${rowCount} of ${key} were not expected (${written} rows are there).`,
      )
    dequantize(tensor.format, bytes, rowCount * matrix.columns, matrix.values, firstRow * matrix.columns)
    this.#rowsWritten.set(key, written + rowCount)
  }

  requireComplete(): void {
    for (const [key, { rows }] of this.#matrices) {
      const written = this.#rowsWritten.get(key) ?? 0
      if (written < rows)
        throw new ModelFormatError(`${key} is incomplete: ${written} of ${rows} rows came. Load the model again.`)
    }
  }

  find(role: TensorRole, layer: number | null = null): Matrix | undefined {
    return this.#matrices.get(tensorKey({ role, layer }))
  }

  get(role: TensorRole, layer: number | null = null): Matrix {
    const matrix = this.find(role, layer)
    if (!matrix) throw new ModelFormatError(`This shard holds no ${tensorKey({ role, layer })}.`)
    return matrix
  }

  /** `get`, and the store has it no longer. */
  take(role: TensorRole, layer: number | null): Matrix {
    const matrix = this.get(role, layer)
    this.#matrices.delete(tensorKey({ role, layer }))
    return matrix
  }

  close(): void {
    this.#matrices.clear()
  }
}

/** Some rows of a matrix, sharing its memory. */
export function rowsOf(matrix: Matrix, { start, end }: Range): Matrix {
  const values = matrix.values.subarray(start * matrix.columns, end * matrix.columns)
  return { ...matrix, values, rows: end - start }
}
