// Rows as they lie in the file to rows as an executor holds them.
import { type Range, rangeLength } from '../base/ranges.ts'
import { bytesOf, FORMAT_LAYOUT, type TensorFormat } from '../model/tensor.ts'
import { BLOCK_LAYOUT, type BlockType, isNative } from './block-types.ts'
import { checkLength, dequantize } from './dequantize.ts'
import { quantize } from './quantize.ts'
import { transcode } from './transcode.ts'

/** What a person asks for with `--weights`; `auto` takes what loses least of the file's own values (block-types.ts). */
export type WeightWish = 'auto' | TensorFormat

/**
 * How a matrix of `type` with rows of `columns` values is held. Where the wish is for blocks and the rows are no whole number of them,
 * it is held in floats instead: f16 if the file has that, else f32.
 */
export function chooseFormat(type: BlockType, wish: WeightWish, columns: number): TensorFormat {
  const format = wish === 'auto' ? BLOCK_LAYOUT[type].resident : wish
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
 * memory. `keep` lies on blocks of `format`. Throws `RangeError` where `bytes` is not `rowCount` x `columns` values.
 */
export function convertRows(
  { type, rowCount, columns, bytes }: FileRows,
  keep: Range,
  format: TensorFormat,
): Uint8Array {
  checkLength(type, bytes, rowCount * columns)
  const whole = convertBlocks(type, bytes, rowCount * columns, format)
  return rangeLength(keep) === columns ? whole : cropRows(whole, rowCount, columns, keep, format)
}

function convertBlocks(type: BlockType, bytes: Uint8Array, valueCount: number, format: TensorFormat): Uint8Array {
  if (isNative(type, format)) return bytes
  const transcoded = transcode(type, bytes, format)
  if (transcoded) return transcoded
  const values = new Float32Array(valueCount)
  dequantize(type, bytes, values)
  return quantize(values, format)
}

function cropRows(bytes: Uint8Array, rowCount: number, columns: number, keep: Range, format: TensorFormat): Uint8Array {
  const rowBytes = bytesOf(format, 1, columns)
  const first = bytesOf(format, 1, keep.start)
  const keptBytes = bytesOf(format, 1, rangeLength(keep))
  const out = new Uint8Array(rowCount * keptBytes)
  for (let row = 0; row < rowCount; row++) {
    const start = row * rowBytes + first
    out.set(bytes.subarray(start, start + keptBytes), row * keptBytes)
  }
  return out
}
