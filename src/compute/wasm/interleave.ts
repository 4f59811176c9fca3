// Weights in the kernels' order: four rows at a time, so that each SIMD lane is a row. Layout pictures: assembly/matmul-*.ts.
// A format keeps its size (blocks hold the same bytes in another order); only the last group is padded to four rows, with zeros.
import { halfToFloat } from '../../base/half.ts'
import { bytesOf, FORMAT_LAYOUT, type TensorFormat } from '../../model/tensor.ts'

export const GROUP_ROWS = 4

/** Bytes of one group of four rows. */
export function groupBytes(format: TensorFormat, columns: number): number {
  return bytesOf(format, GROUP_ROWS, columns)
}

/**
 * Rows as in a `WeightPiece` into `target`, which begins at a group and is zero where no row comes. Returns false when a half
 * (an f16 weight, or a block's scale or minimum) is infinite or NaN: the kernels do not carry those.
 */
export function interleave(
  format: TensorFormat,
  rows: Uint8Array,
  rowCount: number,
  columns: number,
  target: Uint8Array,
): boolean {
  const source = alignedTo4(rows)
  const units = columns / FORMAT_LAYOUT[format].blockSize
  switch (format) {
    case 'f32':
      transpose(words32(source), rowCount, units, 1, words32(target), 4, 0)
      return true
    case 'f16':
      transpose(words16(source), rowCount, units, 1, words16(target), 4, 0)
      return allFinite(words16(source), 1, [0])
    case 'int8':
      transpose(words16(source), rowCount, units, 17, words16(target), 68, 0)
      interleavePairs(source, rowCount, units, target)
      return allFinite(words16(source), 17, [0])
    case 'int4':
      transpose(words16(source), rowCount, units, 10, words16(target), 40, 0)
      transpose(words16(source).subarray(1), rowCount, units, 10, words16(target), 40, 4)
      for (let vector = 0; vector < 4; vector++)
        transpose(words32(source).subarray(1 + vector), rowCount, units, 5, words32(target), 20, 4 + vector * 4)
      return allFinite(words16(source), 10, [0, 1])
  }
}

/** Row `row` of an interleaved matrix as float32. */
export function readRow(format: TensorFormat, matrix: DataView, row: number, columns: number, out: Float32Array): void {
  const lane = row % GROUP_ROWS
  const start = ((row - lane) / GROUP_ROWS) * groupBytes(format, columns)
  const half = (at: number) => halfToFloat(matrix.getUint16(start + at + lane * 2, true))
  switch (format) {
    case 'f32':
      for (let i = 0; i < columns; i++) out[i] = matrix.getFloat32(start + i * 16 + lane * 4, true)
      return
    case 'f16':
      for (let i = 0; i < columns; i++) out[i] = half(i * 8)
      return
    case 'int8':
      for (let block = 0; block < columns / 32; block++) {
        const scale = half(block * 136)
        for (let i = 0; i < 32; i++)
          out[block * 32 + i] =
            scale * matrix.getInt8(start + block * 136 + 8 + pairVector(i) * 8 + lane * 2 + ((i >> 1) & 1))
      }
      return
    case 'int4':
      for (let block = 0; block < columns / 32; block++) {
        const at = block * 80
        const scale = half(at)
        const minimum = half(at + 8)
        for (let i = 0; i < 16; i++) {
          const pair = matrix.getUint8(start + at + 16 + (i >> 2) * 16 + lane * 4 + (i & 3))
          out[block * 32 + i] = scale * (pair & 15) + minimum
          out[block * 32 + 16 + i] = scale * (pair >> 4) + minimum
        }
      }
  }
}

/** Which 8-byte vector of an int8 block holds column `i`: of each four columns 0 and 2, then 1 and 3. */
function pairVector(i: number): number {
  return (i >> 2) * 2 + (i & 1)
}

type Words = Uint16Array | Uint32Array

/** source[row][unit * step] -> target[group][unit * targetStep + offset + lane], all counted in words. */
function transpose(
  source: Words,
  rowCount: number,
  units: number,
  step: number,
  target: Words,
  targetStep: number,
  offset: number,
): void {
  for (let row = 0; row < rowCount; row++) {
    let from = row * units * step
    let to = Math.floor(row / GROUP_ROWS) * units * targetStep + offset + (row % GROUP_ROWS)
    for (let unit = 0; unit < units; unit++, from += step, to += targetStep) target[to] = source[from]!
  }
}

function interleavePairs(source: Uint8Array, rowCount: number, blocks: number, target: Uint8Array): void {
  for (let row = 0; row < rowCount; row++) {
    let from = row * blocks * 34 + 2
    let to = Math.floor(row / GROUP_ROWS) * blocks * 136 + 8 + (row % GROUP_ROWS) * 2
    for (let block = 0; block < blocks; block++, from += 34, to += 136)
      for (let four = 0; four < 8; four++) {
        target[to + four * 16] = source[from + four * 4]!
        target[to + four * 16 + 1] = source[from + four * 4 + 2]!
        target[to + four * 16 + 8] = source[from + four * 4 + 1]!
        target[to + four * 16 + 9] = source[from + four * 4 + 3]!
      }
  }
}

function allFinite(halves: Words, step: number, offsets: readonly number[]): boolean {
  for (const offset of offsets)
    for (let i = offset; i < halves.length; i += step) if ((halves[i]! & 0x7c00) === 0x7c00) return false
  return true
}

function alignedTo4(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
}

function words16({ buffer, byteOffset, byteLength }: Uint8Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, byteLength >> 1)
}

function words32({ buffer, byteOffset, byteLength }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength >> 2)
}
