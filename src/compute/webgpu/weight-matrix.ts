// A weight matrix in GPU memory: tensors stacked row upon row (query, key and value multiply in one dispatch), cut into parts where
// the format changes or a buffer would be larger than a kernel may bind (128 MB on older phones).
import { bytesInWords } from '../../base/bytes-in-words.ts'
import { HeadroomError } from '../../base/errors.ts'
import type { TensorFormat } from '../../model/tensor.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import { blocksOf, packRows, quantWordsPerRow, scaleWordsPerRow } from './weight-format.ts'

/** Rows `firstRow..firstRow + rowCount` of the matrix; buffers in the order of `weightInputs`. */
export interface MatrixPart {
  format: TensorFormat
  firstRow: number
  rowCount: number
  buffers: readonly GpuArray[]
}

export interface WeightMatrix {
  rowCount: number
  columns: number
  /** Blocks of 32 columns in a row; of an input's row `32 * blocks` floats are read. */
  blocks: number
  parts: readonly MatrixPart[]
  /** Added to the product, a float a row; null: nothing. */
  bias: GpuArray | null
  /** Without the bias. */
  byteLength: number
}

/** Some rows in one format, to be stacked. */
export interface RowStack {
  format: TensorFormat
  rowCount: number
}

/** Workgroups a dispatch may have in one direction, times the rows each takes. */
const ROWS_PER_DISPATCH = 65_535 * 8

/** Most rows of a part; throws `out-of-memory` where not even eight fit. */
export function rowsPerPart(format: TensorFormat, columns: number, bindingBytes: number): number {
  const rows = Math.min(Math.floor(bindingBytes / (quantWordsPerRow(format, columns) * 4)), ROWS_PER_DISPATCH)
  if (rows >= 8) return rows - (rows % 8)
  throw new HeadroomError(
    'out-of-memory',
    `This GPU binds at most ${bytesInWords(bindingBytes)} at once: too few for rows of ${columns} ${format} weights. Use the WASM executor.`,
  )
}

/** Zeroed matrix without a bias, of the stacks in order; `partRows` limits a part's rows (matrices used together are cut alike). */
export function allocateMatrix(
  gpu: GpuSession,
  stacks: readonly RowStack[],
  columns: number,
  partRows = Number.POSITIVE_INFINITY,
): WeightMatrix {
  const parts: MatrixPart[] = []
  let rowCount = 0
  for (const { format, rowCount: rows } of merged(stacks)) {
    const limit = Math.min(partRows, rowsPerPart(format, columns, gpu.bindingBytes))
    for (let first = 0; first < rows; first += limit) {
      const count = Math.min(limit, rows - first)
      const buffers = [gpu.allocate(count * quantWordsPerRow(format, columns) * 4, 'int32')]
      const scaleWords = scaleWordsPerRow(format, columns)
      if (scaleWords > 0) buffers.push(gpu.allocate(count * scaleWords * 4, 'int32'))
      parts.push({ format, firstRow: rowCount + first, rowCount: count, buffers })
    }
    rowCount += rows
  }
  const byteLength = parts.flatMap(({ buffers }) => buffers).reduce((sum, buffer) => sum + buffer.byteLength, 0)
  return { rowCount, columns, blocks: blocksOf(columns), parts, bias: null, byteLength }
}

/** Repacks and uploads rows from `firstRow` of the matrix on, given as file blocks. */
export function writeRows(
  gpu: GpuSession,
  matrix: WeightMatrix,
  firstRow: number,
  rowCount: number,
  bytes: Uint8Array,
): void {
  const rowBytes = bytes.byteLength / rowCount
  for (const part of matrix.parts) {
    const from = Math.max(firstRow, part.firstRow)
    const to = Math.min(firstRow + rowCount, part.firstRow + part.rowCount)
    if (from >= to) continue
    const cut = bytes.subarray((from - firstRow) * rowBytes, (to - firstRow) * rowBytes)
    const { quants, scales } = packRows(part.format, cut, to - from, matrix.columns)
    const at = from - part.firstRow
    gpu.write(part.buffers[0]!, at * quantWordsPerRow(part.format, matrix.columns) * 4, quants)
    if (part.buffers[1]) gpu.write(part.buffers[1], at * scaleWordsPerRow(part.format, matrix.columns) * 4, scales)
  }
}

function merged(stacks: readonly RowStack[]): RowStack[] {
  const out: RowStack[] = []
  for (const { format, rowCount } of stacks) {
    const last = out.at(-1)
    if (last?.format === format) last.rowCount += rowCount
    else out.push({ format, rowCount })
  }
  return out
}
