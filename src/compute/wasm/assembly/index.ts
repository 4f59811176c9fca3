// What a kernel build exports: sublayers for the executor, single kernels for the tests and the benchmark.
import { attendRows } from './attention'
import { multiplyFloat } from './matmul-float'
import { multiplyInt4 } from './matmul-int4'
export { activate } from './activate'
export { putKey, putValue } from './key-value-cache'
export { multiplyInt8 } from './matmul-int8'
export { affineNorm, layerNorm, rmsNorm } from './norm'
export { quantize } from './quantize'
export { rotateHead } from './rope'
export { help } from './stages'
export { advance, attendPositions, attention, feedForward, head, join, normalize, readPositions, summarizeLogits } from './sublayers'
export { summarize } from './summarize'
export { dismissTeam, spin } from './threads'
export { addTo } from './vector'
export { attach } from './workspace'

export function multiplyF32(
  weights: usize, columns: i32, from: i32, to: i32, x: usize, tokens: i32, out: usize, stride: i32,
): void {
  multiplyFloat<f32>(weights, columns, from, to, x, tokens, out, stride)
}

export function multiplyF16(
  weights: usize, columns: i32, from: i32, to: i32, x: usize, tokens: i32, out: usize, stride: i32,
): void {
  multiplyFloat<u16>(weights, columns, from, to, x, tokens, out, stride)
}

export function multiplyInt4Words(
  weights: usize, columns: i32, from: i32, to: i32, words: usize, scales: usize, tokens: i32, out: usize, stride: i32,
): void {
  multiplyInt4<i16>(weights, columns, from, to, words, scales, tokens, out, stride)
}

export function attendRowsF32(
  query: usize, rows: i32, firstToken: i32, tokens: i32, position: i32, seen: i32, keys: usize, scratch: usize,
): void {
  attendRows<f32>(query, rows, firstToken, tokens, position, seen, keys, scratch)
}

export function attendRowsF16(
  query: usize, rows: i32, firstToken: i32, tokens: i32, position: i32, seen: i32, keys: usize, scratch: usize,
): void {
  attendRows<i16>(query, rows, firstToken, tokens, position, seen, keys, scratch)
}

/** Relaxed builds alone have it; in others it does nothing. */
export function multiplyInt4Bytes(
  weights: usize, columns: i32, from: i32, to: i32, bytes: usize, scales: usize, tokens: i32, out: usize, stride: i32,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) multiplyInt4<i8>(weights, columns, from, to, bytes, scales, tokens, out, stride)
}

/** Does this machine's relaxed dot add every product exactly? (Node 20 gets it wrong.) */
export function relaxedDotIsExact(): bool {
  if (!ASC_FEATURE_RELAXED_SIMD) return true
  const a = i8x16(-127, -127, -127, -127, 127, 127, 127, 127, 1, -2, 3, -4, 100, -100, 50, 7)
  const b = i8x16(15, 15, 15, 15, 15, 15, 15, 15, 5, 6, 7, 8, 0, 1, 2, 3)
  const sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, i32x4(0, 1, 2, 3))
  const expected = i32x4(-7620, 7621, -16, 24)
  return i32x4.all_true(i32x4.eq(sums, expected))
}
