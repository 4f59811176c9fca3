// The arithmetic of a transformer in plain loops over float32 arrays. Letters: src/model/config.ts.
import type { Rope } from '../../model/config.ts'

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

/** x / rms(x) * gain, each token's row on its own (Zhang and Sennrich 2019). (T, H) -> (T, H) */
export function rmsNorm(x: Float32Array, gain: Float32Array, epsilon: number): Float32Array {
  const size = gain.length
  const out = new Float32Array(x.length)
  for (let at = 0; at < x.length; at += size) {
    let squares = 0
    for (let i = 0; i < size; i++) squares += x[at + i]! * x[at + i]!
    const scale = 1 / Math.sqrt(squares / size + epsilon)
    for (let i = 0; i < size; i++) out[at + i] = x[at + i]! * scale * gain[i]!
  }
  return out
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

/** In place over the first `count` values. */
export function softmax(scores: Float32Array, count: number): void {
  let maximum = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) maximum = Math.max(maximum, scores[i]!)
  let sum = 0
  for (let i = 0; i < count; i++) sum += scores[i] = Math.exp(scores[i]! - maximum)
  for (let i = 0; i < count; i++) scores[i]! /= sum
}

/** silu(gate) * up, element by element (Shazeer 2020, SwiGLU). */
export function swiglu(gate: Float32Array, up: Float32Array): Float32Array {
  return gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!)
}

export function add(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += values[i]!
}
