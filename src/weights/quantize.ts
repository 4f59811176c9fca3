// float32 to resident blocks, bit for bit as ggml's reference quantizers do (ggml-quants.c: quantize_row_q8_0_ref, quantize_row_q4_1_ref).
import { bytesOf, type TensorFormat } from '../model/tensor.ts'
import { putHalf } from './half-bytes.ts'

const { fround } = Math

/** `values.length` is a whole number of the format's blocks. */
export function quantize(values: Float32Array, format: TensorFormat): Uint8Array {
  const out = new Uint8Array(bytesOf(format, 1, values.length))
  ENCODERS[format](values, out)
  return out
}

type Encoder = (values: Float32Array, out: Uint8Array) => void

const ENCODERS: Readonly<Record<TensorFormat, Encoder>> = {
  f32(values, out) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  },

  f16(values, out) {
    for (let i = 0; i < values.length; i++) putHalf(out, 2 * i, values[i]!)
  },

  int8(values, out) {
    for (let i = 0, at = 0; i < values.length; i += 32, at += 34) {
      let largest = 0
      for (let j = 0; j < 32; j++) largest = Math.max(largest, Math.abs(values[i + j]!))
      const scale = fround(largest / 127)
      const inverse = scale === 0 ? 0 : fround(1 / scale)
      putHalf(out, at, scale)
      for (let j = 0; j < 32; j++) out[at + 2 + j] = roundAwayFromZero(fround(values[i + j]! * inverse))
    }
  },

  int4(values, out) {
    for (let i = 0, at = 0; i < values.length; i += 32, at += 20) {
      let least = Number.POSITIVE_INFINITY
      let most = Number.NEGATIVE_INFINITY
      for (let j = 0; j < 32; j++) {
        least = Math.min(least, values[i + j]!)
        most = Math.max(most, values[i + j]!)
      }
      const scale = fround(fround(most - least) / 15)
      const inverse = scale === 0 ? 0 : fround(1 / scale)
      putHalf(out, at, scale)
      putHalf(out, at + 2, least)
      for (let j = 0; j < 16; j++) {
        out[at + 4 + j] = nibble(values[i + j]!, least, inverse) | (nibble(values[i + j + 16]!, least, inverse) << 4)
      }
    }
  },
}

function nibble(value: number, least: number, inverse: number): number {
  return Math.min(15, fround(fround(fround(value - least) * inverse) + 0.5) | 0)
}

function roundAwayFromZero(value: number): number {
  return (value < 0 ? value - 0.5 : value + 0.5) | 0
}
