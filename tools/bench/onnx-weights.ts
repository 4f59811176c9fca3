// GGUF's blocks in the layouts of onnxruntime's quantized products, value for value.

import { floatToHalf, halfToFloat } from '../../src/base/half.ts'
import type { BlockType } from '../../src/weights/block-types.ts'
import { dequantize } from '../../src/weights/dequantize.ts'

export interface BlockMatrix {
  /** `[rows, columns / 32, bits * 4]`. */
  values: Uint8Array
  /** float32 `[rows * columns / 32]`. */
  scales: Float32Array
  /** float32 as the scales; null: all are the middle, 8 or 128. */
  zeroPoints: Float32Array | null
}

/** For MatMulNBits in blocks of 32: value = scale x (integer - zero point). */
export function blockMatrix(type: 'Q4_1' | 'Q8_0', bytes: Uint8Array): BlockMatrix {
  return type === 'Q4_1' ? fourBits(bytes) : eightBits(bytes)
}

function fourBits(bytes: Uint8Array): BlockMatrix {
  const count = bytes.length / 20
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const values = new Uint8Array(count * 16)
  const scales = new Float32Array(count)
  const zeroPoints = new Float32Array(count)
  let symmetric = true
  for (let block = 0; block < count; block++) {
    const at = block * 20
    const minimum = halfToFloat(view.getUint16(at + 2, true))
    const scale = halfToFloat(view.getUint16(at, true))
    // Equal values have no scale: the integers stay 0, and the minimum is the scale of one step.
    scales[block] = scale === 0 ? minimum : scale
    zeroPoints[block] = scale === 0 ? -1 : -minimum / scale
    symmetric &&= zeroPoints[block] === 8
    if (scale === 0) continue
    for (let i = 0; i < 8; i++) {
      // GGUF: low nibbles are columns 0 to 15, high ones 16 to 31; ONNX: a byte holds two neighbours.
      const [a, b] = [bytes[at + 4 + 2 * i]!, bytes[at + 5 + 2 * i]!]
      values[block * 16 + i] = (a & 15) | ((b & 15) << 4)
      values[block * 16 + 8 + i] = (a >> 4) | (b & 240)
    }
  }
  return { values, scales, zeroPoints: symmetric ? null : zeroPoints }
}

function eightBits(bytes: Uint8Array): BlockMatrix {
  const count = bytes.length / 34
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const values = new Uint8Array(count * 32)
  const scales = new Float32Array(count)
  for (let block = 0; block < count; block++) {
    const at = block * 34
    scales[block] = halfToFloat(view.getUint16(at, true))
    for (let i = 0; i < 32; i++) values[block * 32 + i] = bytes[at + 2 + i]! ^ 128
  }
  return { values, scales, zeroPoints: null }
}

/** Q8_0 whose rows have one scale each, for DynamicQuantizeMatMul: `values` `[columns, rows]`; null where a row has several scales. */
export function columnMatrix(bytes: Uint8Array, rows: number, columns: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const rowBytes = (columns / 32) * 34
  const scales = new Float32Array(rows)
  const values = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const scale = view.getUint16(row * rowBytes, true)
    scales[row] = halfToFloat(scale)
    for (let block = 0, at = row * rowBytes; block < columns / 32; block++, at += 34) {
      if (view.getUint16(at, true) !== scale) return null
      for (let i = 0; i < 32; i++) values[(block * 32 + i) * rows + row] = bytes[at + 2 + i]!
    }
  }
  return { values, scales }
}

/** The table that tokens are looked up in. */
export function halfTable(type: BlockType, bytes: Uint8Array, valueCount: number): Uint16Array {
  const floats = new Float32Array(valueCount)
  dequantize(type, bytes, floats)
  return Uint16Array.from(floats, floatToHalf)
}
