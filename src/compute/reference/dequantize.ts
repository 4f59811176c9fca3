// Resident blocks to float32, the obvious way. Layouts: src/model/tensor.ts (GGUF's Q8_0 and Q4_1).
import { halfToFloat } from '../../base/half.ts'
import { BLOCK_SIZE, FORMAT_LAYOUT, type TensorFormat } from '../../model/tensor.ts'

/** Writes the `count` values held in `bytes` to `out` from `offset` on. */
export function dequantize(
  format: TensorFormat,
  bytes: Uint8Array,
  count: number,
  out: Float32Array,
  offset: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { bytesPerBlock } = FORMAT_LAYOUT[format]
  switch (format) {
    case 'f32':
      for (let i = 0; i < count; i++) out[offset + i] = view.getFloat32(i * 4, true)
      return
    case 'f16':
      for (let i = 0; i < count; i++) out[offset + i] = halfToFloat(view.getUint16(i * 2, true))
      return
    case 'int8':
      for (let at = 0, i = 0; i < count; at += bytesPerBlock, i += BLOCK_SIZE) {
        const scale = halfToFloat(view.getUint16(at, true))
        for (let j = 0; j < BLOCK_SIZE; j++) out[offset + i + j] = scale * view.getInt8(at + 2 + j)
      }
      return
    case 'int4':
      for (let at = 0, i = 0; i < count; at += bytesPerBlock, i += BLOCK_SIZE) {
        const scale = halfToFloat(view.getUint16(at, true))
        const minimum = halfToFloat(view.getUint16(at + 2, true))
        for (let j = 0; j < BLOCK_SIZE / 2; j++) {
          const pair = view.getUint8(at + 4 + j)
          out[offset + i + j] = scale * (pair & 15) + minimum
          out[offset + i + j + BLOCK_SIZE / 2] = scale * (pair >> 4) + minimum
        }
      }
  }
}
