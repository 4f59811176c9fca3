// Rows as they lie in the file to rows as an executor holds them.
import { type Range, rangeLength } from '../base/ranges.ts'
import { FORMAT_LAYOUT, type TensorFormat } from '../model/tensor.ts'
import { BLOCK_LAYOUT, type BlockType } from './block-types.ts'
import { dequantize, q4WithMinimum } from './dequantize.ts'
import { quantize } from './quantize.ts'

/** What a person asks for with `--weights`; `auto` keeps what the file has. */
export type WeightWish = 'auto' | TensorFormat

/**
 * How a matrix of `type` with rows of `columns` values is held. Where the wish is for blocks and the rows are no whole number of them,
 * it is held in floats instead: f16 if the file has that, else f32.
 */
export function chooseFormat(type: BlockType, wish: WeightWish, columns: number): TensorFormat {
  const format = wish === 'auto' ? BLOCK_LAYOUT[type].native : wish
  if (columns % FORMAT_LAYOUT[format].blockSize === 0) return format
  return type === 'F16' ? 'f16' : 'f32'
}

/** Some rows of a tensor in a file's type. */
export interface FileRows {
  type: BlockType
  rowCount: number
  /** Values of each row; whole blocks of `type`. */
  columns: number
  bytes: Uint8Array
}

/**
 * The values `keep` of each row in `format`, row after row. Where that is how the file holds them, it is `rows.bytes` itself, else new
 * memory. `keep` is the whole row unless `format` is f32 or f16: those alone may be cut inside a block of the file.
 */
export function convertRows(rows: FileRows, keep: Range, format: TensorFormat): Uint8Array {
  const { type, rowCount, columns, bytes } = rows
  const kept = rangeLength(keep)
  if (kept === columns) {
    if (isSameLayout(type, format)) return bytes
    if (type === 'Q4_0' && format === 'int4') return q4WithMinimum(bytes)
  }
  const values = new Float32Array(rowCount * columns)
  dequantize(type, bytes, values)
  if (kept === columns) return quantize(values, format)
  const cropped = new Float32Array(rowCount * kept)
  for (let row = 0; row < rowCount; row++) {
    const start = row * columns + keep.start
    cropped.set(values.subarray(start, start + kept), row * kept)
  }
  return quantize(cropped, format)
}

function isSameLayout(type: BlockType, format: TensorFormat): boolean {
  return (
    (type === 'F32' && format === 'f32') ||
    (type === 'F16' && format === 'f16') ||
    (type === 'Q8_0' && format === 'int8') ||
    (type === 'Q4_1' && format === 'int4')
  )
}
