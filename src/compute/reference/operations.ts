// The arithmetic of a transformer in plain loops over float32 arrays. Letters: src/model/config.ts.
import type { Activation, Norm, Rope } from '../../model/config.ts'

/** W [R, C] as held: `columnStart` says where its columns lie in the whole tensor (widened to quantization blocks). */
export interface Matrix {
  values: Float32Array
  rows: number
  columns: number
  columnStart: number
}

/** W (R, C) @ x (T, C) -> (T, R) */
export function matmul(weights: Matrix, x: Float32Array, tokenCount: number): Float32Array {
  const { values, rows, columns } = weights
  const out = new Float32Array(tokenCount * rows)
  for (let row = 0; row < rows; row++) {
    const w = row * columns
    for (let token = 0; token < tokenCount; token++) {
      const at = token * columns
      let even = 0
      let odd = 0
      let i = 0
      for (; i + 1 < columns; i += 2) {
        even += values[w + i]! * x[at + i]!
        odd += values[w + i + 1]! * x[at + i + 1]!
      }
      if (i < columns) even += values[w + i]! * x[at + i]!
      out[token * rows + row] = even + odd
    }
  }
  return out
}

/** Adds `bias` to every row of `x`, in place; null adds nothing. */
export function addBias(x: Float32Array, bias: Float32Array | null): Float32Array {
  if (bias) for (let i = 0; i < x.length; i++) x[i]! += bias[i % bias.length]!
  return x
}

/** Every row of `x` (T, size) on its own (see `Norm`). (T, size) -> (T, size) */
export function normalize(
  kind: Norm['kind'],
  x: Float32Array,
  gain: Float32Array,
  bias: Float32Array | null,
  epsilon: number,
): Float32Array {
  const size = gain.length
  const out = new Float32Array(x.length)
  for (let at = 0; at < x.length; at += size) {
    const row = x.subarray(at, at + size)
    const mean = kind === 'layer' ? meanOf(row, (value) => value) : 0
    const scale = kind === 'affine' ? 1 : 1 / Math.sqrt(meanOf(row, (value) => (value - mean) ** 2) + epsilon)
    for (let i = 0; i < size; i++) out[at + i] = (row[i]! - mean) * scale * gain[i]! + (bias?.[i] ?? 0)
  }
  return out
}

function meanOf(row: Float32Array, term: (value: number) => number): number {
  let sum = 0
  for (const value of row) sum += term(value)
  return sum / row.length
}

/** Rotates every head of `x` (T, heads * headSize) in place by its token's position (Su et al. 2021). */
export function rotate(
  x: Float32Array,
  positions: readonly number[],
  headSize: number,
  rope: Rope,
  frequencies: Float32Array,
): void {
  const half = rope.rotatedSize / 2
  const [step, partner] = rope.layout === 'interleaved' ? [2, 1] : [1, half]
  const width = x.length / positions.length
  positions.forEach((position, token) => {
    for (let head = token * width; head < (token + 1) * width; head += headSize) {
      for (let i = 0; i < half; i++) {
        const angle = position * frequencies[i]!
        const cosine = Math.cos(angle)
        const sine = Math.sin(angle)
        const a = head + i * step
        const b = a + partner
        const xa = x[a]!
        const xb = x[b]!
        x[a] = xa * cosine - xb * sine
        x[b] = xa * sine + xb * cosine
      }
    }
  })
}

/** In place. -Infinity weighs nothing; at least one score is finite. */
export function softmax(scores: Float32Array): void {
  let maximum = Number.NEGATIVE_INFINITY
  for (const score of scores) maximum = Math.max(maximum, score)
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += scores[i] = Math.exp(scores[i]! - maximum)
  for (let i = 0; i < scores.length; i++) scores[i]! /= sum
}

/** Element by element, in new memory. */
export function activate(activation: Activation, x: Float32Array): Float32Array {
  return x.map(ACTIVATIONS[activation])
}

const ACTIVATIONS: Readonly<Record<Activation, (x: number) => number>> = {
  silu: (x) => x / (1 + Math.exp(-x)),
  relu: (x) => Math.max(0, x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
}

/** Abramowitz and Stegun 1964, 7.1.26, is off by 1.5e-7; float32 has no more. */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.sign(x) * (1 - series * Math.exp(-x * x))
}

export function add(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += values[i]!
}

/** Element by element, in place. */
export function multiply(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i]! *= values[i]!
}
