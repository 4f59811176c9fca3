// How weights lie in GPU memory, made from file blocks at load. Rows are padded to whole blocks of 32 columns with zero weights, so
// that every kernel works in blocks; words are u32, little-endian:
//   quants  f32: 32 words a block; f16: 16 (two halves a word); int8: 8 (four bytes a word); int4: the block's 16 bytes as 4 words,
//           byte i = q[i] | q[i + 16] << 4
//   scales  int8: halves, two a word, each row from a word of its own; int4: scale | minimum << 16, a word a block; none for floats
import { ModelFormatError } from '../../base/errors.ts'
import { BLOCK_SIZE, bytesOf, type TensorFormat } from '../../model/tensor.ts'

const WORDS_PER_BLOCK: Readonly<Record<TensorFormat, number>> = { f32: 32, f16: 16, int8: 8, int4: 4 }

/** Columns in whole blocks. */
export function blocksOf(columns: number): number {
  return Math.ceil(columns / BLOCK_SIZE)
}

export function quantWordsPerRow(format: TensorFormat, columns: number): number {
  return blocksOf(columns) * WORDS_PER_BLOCK[format]
}

export function scaleWordsPerRow(format: TensorFormat, columns: number): number {
  const blocks = blocksOf(columns)
  return format === 'int8' ? Math.ceil(blocks / 2) : format === 'int4' ? blocks : 0
}

export interface PackedRows {
  quants: Uint32Array<ArrayBuffer>
  /** Empty for f32 and f16. */
  scales: Uint32Array<ArrayBuffer>
}

/** Whole rows of file blocks in GPU layout. Throws `model-format` when `bytes` is not `rowCount` x `columns` values. */
export function packRows(format: TensorFormat, bytes: Uint8Array, rowCount: number, columns: number): PackedRows {
  const expected = bytesOf(format, rowCount, columns)
  if (bytes.byteLength !== expected)
    throw new ModelFormatError(
      `${rowCount} rows of ${columns} ${format} weights are ${expected} bytes, but ${bytes.byteLength} came.`,
    )
  const quants = new Uint32Array(rowCount * quantWordsPerRow(format, columns))
  const scales = new Uint32Array(rowCount * scaleWordsPerRow(format, columns))
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  if (format === 'int4') packInt4(aligned, quants, scales)
  else if (format === 'int8') packInt8(aligned, quants, scales, blocksOf(columns))
  else packFloats(aligned, quants, rowCount)
  return { quants, scales }
}

function packFloats(bytes: Uint8Array, quants: Uint32Array, rowCount: number): void {
  const out = new Uint8Array(quants.buffer)
  const rowBytes = bytes.byteLength / rowCount
  const stride = quants.byteLength / rowCount
  for (let row = 0; row < rowCount; row++) out.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * stride)
}

function packInt8(bytes: Uint8Array, quants: Uint32Array, scales: Uint32Array, blocksPerRow: number): void {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
  const quantHalves = new Uint16Array(quants.buffer)
  const scaleHalves = new Uint16Array(scales.buffer)
  const scaleStride = 2 * Math.ceil(blocksPerRow / 2)
  for (let block = 0, at = 0; at < halves.length; block++, at += 17) {
    scaleHalves[Math.floor(block / blocksPerRow) * scaleStride + (block % blocksPerRow)] = halves[at]!
    for (let i = 0; i < 16; i++) quantHalves[block * 16 + i] = halves[at + 1 + i]!
  }
}

function packInt4(bytes: Uint8Array, quants: Uint32Array, scales: Uint32Array): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  for (let block = 0, at = 0; at < words.length; block++, at += 5) {
    scales[block] = words[at]!
    for (let i = 0; i < 4; i++) quants[block * 4 + i] = words[at + 1 + i]!
  }
}
