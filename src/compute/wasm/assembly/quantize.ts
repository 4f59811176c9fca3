// Activations to integers in blocks of 32 with a float scale each: x = scale * q. Twice, because the kernels want different numbers:
// bytes (llama.cpp's Q8_0 rule) for the relaxed int4 kernel, which multiplies bytes; 16-bit words for the others, which widen to 16 bits
// anyway and so get the finer rounding for nothing. In the output head that is worth more than in all layers together.
//
//   bytes   [T, columns] i8     q in -127..127, in order
//   words   [T, columns] i16    q in -32767..32767; in each four columns the order is 0 2 1 3, so that one 4-byte splat is the pair a kernel needs
//   scales  [T, blocks, 4] f32  of the bytes: scale, scale * sum(q); of the words: scale, scale * sum(q)
import { toNearest } from './vector'

/** Largest magnitude of 32 values; their bits compare like integers, a NaN's as the largest. */
@inline
function magnitudeOf(x: usize): f32 {
  const positive = i32x4.splat(0x7fffffff)
  let m = v128.and(v128.load(x), positive)
  for (let i: usize = 16; i < 128; i += 16) m = i32x4.max_s(m, v128.and(v128.load(x + i), positive))
  m = i32x4.max_s(m, i32x4.shuffle(m, m, 2, 3, 0, 1))
  m = i32x4.max_s(m, i32x4.shuffle(m, m, 1, 0, 3, 2))
  return f32x4.extract_lane(m, 0)
}

/** 8 values times `inverse` -> 8 x i16, rounded to nearest, ties to even. */
@inline
function round8(x: usize, inverse: v128): v128 {
  return i16x8.narrow_i32x4_s(
    toNearest(f32x4.mul(v128.load(x), inverse)),
    toNearest(f32x4.mul(v128.load(x, 16), inverse)),
  )
}

@inline
function pairOrder(v: v128): v128 {
  return i16x8.shuffle(v, v, 0, 2, 1, 3, 4, 6, 5, 7)
}

@inline
function sumOf(sum: v128, words: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(words, i16x8.splat(1)))
}

/** Writes scale and scale * sum, where `sum` has four lanes to add. */
@inline
function storeScale(at: usize, scale: f32, sum: v128): void {
  sum = i32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1))
  const total = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1)
  store<f32>(at, scale)
  store<f32>(at, scale * <f32>total, 4)
}

/**
 * Blocks `from..to`, counted through all tokens, of x f32 [T, columns]. Where `bytes` or `words` is address 0, those are left out. A NaN
 * or an infinity makes its block's scales NaN or infinite.
 */
export function quantize(x: usize, from: i32, to: i32, bytes: usize, words: usize, scales: usize): void {
  for (let b = <usize>from; b < <usize>to; b++) {
    const at = x + (b << 7)
    const magnitude = magnitudeOf(at)
    if (bytes != 0) toBytes(at, magnitude, bytes + (b << 5), scales + (b << 4))
    if (words != 0) toWords(at, magnitude, words + (b << 6), scales + (b << 4) + 8)
  }
}

@inline
function toBytes(x: usize, magnitude: f32, bytes: usize, scale: usize): void {
  const inverse = f32x4.splat(magnitude > 0 ? 127 / magnitude : 0)
  let sum = i32x4.splat(0)
  for (let half: usize = 0; half < 2; half++) {
    const low = round8(x + (half << 6), inverse)
    const high = round8(x + (half << 6) + 32, inverse)
    v128.store(bytes + (half << 4), i8x16.narrow_i16x8_s(low, high))
    sum = sumOf(sumOf(sum, low), high)
  }
  storeScale(scale, magnitude / 127, sum)
}

@inline
function toWords(x: usize, magnitude: f32, words: usize, scale: usize): void {
  const inverse = f32x4.splat(magnitude > 0 ? 32767 / magnitude : 0)
  let sum = i32x4.splat(0)
  for (let quarter: usize = 0; quarter < 4; quarter++) {
    const eight = round8(x + (quarter << 5), inverse)
    v128.store(words + (quarter << 4), pairOrder(eight))
    sum = sumOf(sum, eight)
  }
  storeScale(scale, magnitude / 32767, sum)
}
