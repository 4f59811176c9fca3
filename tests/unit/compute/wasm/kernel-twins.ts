// What each kernel computes, one scalar after the other in double precision; quantization as the rule says, bit for bit.
import { dequantize } from '../../../../src/compute/reference/dequantize.ts'
import type { Activation } from '../../../../src/model/config.ts'
import { FORMAT_LAYOUT, type TensorFormat } from '../../../../src/model/tensor.ts'

/** Resident rows (as in a `WeightPiece`) to values. */
export function dequantizedRows(format: TensorFormat, rows: Uint8Array): Float32Array {
  const { blockSize, bytesPerBlock } = FORMAT_LAYOUT[format]
  const values = new Float32Array((rows.length / bytesPerBlock) * blockSize)
  dequantize(format, rows, values.length, values, 0)
  return values
}

export interface QuantizedTwin {
  bytes: Int8Array
  words: Int16Array
  /** Scale and scale * sum of each block's bytes, then of its words. */
  scales: Float32Array
  /** What the bytes and the words stand for. */
  byteValues: Float64Array
  wordValues: Float64Array
}

/** x in blocks of 32: scale = largest magnitude / 127 (bytes) or / 32767 (words), rounded to nearest, ties to even. */
export function quantizeTwin(x: Float32Array): QuantizedTwin {
  const bytes = new Int8Array(x.length)
  const words = new Int16Array(x.length)
  const scales = new Float32Array(x.length / 8)
  const [byteValues, wordValues] = [new Float64Array(x.length), new Float64Array(x.length)]
  for (let block = 0; block < x.length; block += 32) {
    const part = x.subarray(block, block + 32)
    const largest = part.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
    const round = (steps: number, values: Float64Array, scaleAt: number, put: (i: number, q: number) => void) => {
      const scale = Math.fround(largest / steps)
      const inverse = largest > 0 ? Math.fround(steps / largest) : 0
      let sum = 0
      part.forEach((v, i) => {
        const q = roundToEven(Math.fround(v * inverse))
        put(i, q)
        values[block + i] = scale * q
        sum += q
      })
      scales[scaleAt] = scale
      scales[scaleAt + 1] = scale * sum
    }
    round(127, byteValues, block / 8, (i, q) => {
      bytes[block + i] = q
    })
    round(32_767, wordValues, block / 8 + 2, (i, q) => {
      words[block + (i & ~3) + [0, 2, 1, 3][i & 3]!] = q
    })
  }
  return { bytes, words, scales, byteValues, wordValues }
}

/** Result and the sum of magnitudes, against which rounding is judged. weights [R, C], x [T, C] -> [T, R] */
export function multiplyTwin(weights: ArrayLike<number>, x: ArrayLike<number>, columns: number) {
  const rows = weights.length / columns
  const tokens = x.length / columns
  const values = new Float64Array(tokens * rows)
  const magnitudes = new Float64Array(tokens * rows)
  for (let t = 0; t < tokens; t++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const product = weights[r * columns + c]! * x[t * columns + c]!
        values[t * rows + r]! += product
        magnitudes[t * rows + r]! += Math.abs(product)
      }
  return { values, magnitudes }
}

export function rmsNormTwin(x: Float32Array, gain: Float32Array, epsilon: number): number[] {
  const mean = x.reduce((sum, v) => sum + v * v, 0) / x.length
  return Array.from(x, (v, i) => (v / Math.sqrt(mean + epsilon)) * gain[i]!)
}

export function layerNormTwin(x: Float32Array, gain: Float32Array, bias: Float32Array, epsilon: number): number[] {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length
  return Array.from(x, (v, i) => ((v - mean) / Math.sqrt(variance + epsilon)) * gain[i]! + bias[i]!)
}

/** In the order of the kernels' codes. */
export const activationTwins: readonly { name: Activation; of: (x: number) => number }[] = [
  { name: 'silu', of: (x) => x / (1 + Math.exp(-x)) },
  { name: 'gelu', of: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)) },
  { name: 'gelu-tanh', of: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))) },
  { name: 'relu', of: (x) => Math.max(0, x) },
]

/** By its Taylor series (Abramowitz and Stegun 1964, 7.1.6), which converges everywhere; past 6 it is 1 in double precision. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18; n++) sum += term *= (2 * x * x) / (2 * n + 1)
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** Pairs (2i, 2i + 1), or (i, i + half the rotated values), turned by `angles`. */
export function rotateTwin(head: Float32Array, angles: readonly number[], halfSplit: boolean): number[] {
  const out = [...head]
  angles.forEach((angle, i) => {
    const [a, b] = halfSplit ? [i, i + angles.length] : [2 * i, 2 * i + 1]
    out[a] = head[a]! * Math.cos(angle) - head[b]! * Math.sin(angle)
    out[b] = head[a]! * Math.sin(angle) + head[b]! * Math.cos(angle)
  })
  return out
}

/** One head: query [D], keys and values [P, D] in any order, what is added to the scores [P]. */
export function attendTwin(
  query: Float32Array,
  keys: Float32Array,
  values: Float32Array,
  mask: Float32Array | null = null,
): number[] {
  const size = query.length
  const count = keys.length / size
  const scores = Array.from(
    { length: count },
    (_, p) => query.reduce((sum, q, i) => sum + q * keys[p * size + i]!, 0) / Math.sqrt(size) + (mask?.[p] ?? 0),
  )
  const largest = Math.max(...scores)
  const weights = scores.map((score) => Math.exp(score - largest))
  const total = weights.reduce((sum, w) => sum + w, 0)
  return Array.from({ length: size }, (_, i) =>
    weights.reduce((sum, w, p) => sum + (w / total) * values[p * size + i]!, 0),
  )
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1
  return Math.round(value)
}
