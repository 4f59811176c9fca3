import { halves, multiplyAdd } from './vector'

/**
 * out[t, 4g + r] = sum over blocks b of xscale(t, b) * (scale(r, b) * sum over i of q(r, b, i) * x(t, b, i) + minimum(r, b) * sum over i of x(t, b, i)),
 * for row groups g in from..to.
 *
 *   W    group g, block b: 80 bytes
 *          4 halves            scale of rows 4g .. 4g + 3
 *          4 halves            minimum of the same rows
 *          4 vectors of 16 B   vector v, lane r: row r's four bytes; low nibbles are columns 4v .. 4v + 3, high ones 16 + 4v .. 16 + 4v + 3
 *   x    quantized (quantize.ts): bytes (relaxed) or words (plain), scales
 *   out  [T, stride] f32
 *
 * Each i32 lane is a row: no sum across lanes, and one scale step serves four rows. Relaxed: i32x4.relaxed_dot_i8x16_i7x16_add_s with the
 * nibbles (0..15) as its 7-bit operand, exact on every platform. Plain: nibbles in 16-bit lanes, two columns of a row in each i32 lane.
 */
export function multiplyInt4(
  weights: usize, columns: i32, from: i32, to: i32, bytes: usize, words: usize, scales: usize, tokens: i32, out: usize, stride: i32,
): void {
  const blocks = <usize>columns >> 5
  const groupBytes = blocks * 80
  const x = ASC_FEATURE_RELAXED_SIMD ? bytes : words
  const xBytes = blocks * X_BLOCK_BYTES
  for (let g = <usize>from; g < <usize>to; g++) {
    const w = weights + g * groupBytes
    const o = out + (g << 4)
    let t: usize = 0
    for (; t + 4 <= <usize>tokens; t += 4)
      fourTokens(w, blocks, x + t * xBytes, scales + t * (blocks << 4), o + ((t * stride) << 2), <usize>stride << 2)
    for (; t < <usize>tokens; t++) oneToken(w, blocks, x + t * xBytes, scales + t * (blocks << 4), o + ((t * stride) << 2))
  }
}

const X_BLOCK_BYTES: usize = ASC_FEATURE_RELAXED_SIMD ? 32 : 64
/** Where in a block's scales those of my kind of activations are. */
@inline
const X_SCALE: usize = ASC_FEATURE_RELAXED_SIMD ? 0 : 8

/** Adds vector v's 8 columns of 4 rows, `nibbles`, times the token's activations. */
@inline
function columns8(sum: v128, nibbles: v128, x: usize, v: usize): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const mask = i8x16.splat(15)
    const low = v128.and(nibbles, mask)
    const high = v128.and(i16x8.shr_u(nibbles, 4), mask)
    sum = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load32_splat(x + (v << 2)), low, sum)
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load32_splat(x + 16 + (v << 2)), high, sum)
  }
  const mask = i16x8.splat(15)
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(nibbles, mask), v128.load32_splat(x + (v << 3))))
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(i16x8.shr_u(nibbles, 8), mask), v128.load32_splat(x + (v << 3) + 4)))
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(i16x8.shr_u(nibbles, 4), mask), v128.load32_splat(x + (v << 3) + 32)))
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.shr_u(nibbles, 12), v128.load32_splat(x + (v << 3) + 36)))
}

/** total += scale * xscale * sum + minimum * xscale * xsum */
@inline
function finishBlock(total: v128, sum: v128, scale: v128, minimum: v128, scales: usize): v128 {
  total = multiplyAdd(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, v128.load32_splat(scales, X_SCALE)), total)
  return multiplyAdd(minimum, v128.load32_splat(scales, X_SCALE + 4), total)
}

function oneToken(w: usize, blocks: usize, x: usize, scales: usize, out: usize): void {
  let total = f32x4.splat(0)
  for (let b: usize = 0; b < blocks; b++) {
    const first = columns8(columns8(i32x4.splat(0), v128.load(w, 16), x, 0), v128.load(w, 32), x, 1)
    // Two short chains of dots hide their latency; plain SIMD has no registers left for a second one.
    const start = ASC_FEATURE_RELAXED_SIMD ? i32x4.splat(0) : first
    const second = columns8(columns8(start, v128.load(w, 48), x, 2), v128.load(w, 64), x, 3)
    const sum = ASC_FEATURE_RELAXED_SIMD ? i32x4.add(first, second) : second
    total = finishBlock(total, sum, halves(w), halves(w, 8), scales)
    w += 80
    x += X_BLOCK_BYTES
    scales += 16
  }
  v128.store(out, total)
}

function fourTokens(w: usize, blocks: usize, x: usize, scales: usize, out: usize, outBytes: usize): void {
  const xBytes = blocks * X_BLOCK_BYTES
  const scaleBytes = blocks << 4
  let ta = f32x4.splat(0)
  let tb = f32x4.splat(0)
  let tc = f32x4.splat(0)
  let td = f32x4.splat(0)
  for (let i: usize = 0; i < blocks; i++) {
    let a = i32x4.splat(0)
    let b = i32x4.splat(0)
    let c = i32x4.splat(0)
    let d = i32x4.splat(0)
    for (let v: usize = 0; v < 4; v++) {
      const nibbles = v128.load(w + (v << 4), 16)
      a = columns8(a, nibbles, x, v)
      b = columns8(b, nibbles, x + xBytes, v)
      c = columns8(c, nibbles, x + 2 * xBytes, v)
      d = columns8(d, nibbles, x + 3 * xBytes, v)
    }
    const scale = halves(w)
    const minimum = halves(w, 8)
    ta = finishBlock(ta, a, scale, minimum, scales)
    tb = finishBlock(tb, b, scale, minimum, scales + scaleBytes)
    tc = finishBlock(tc, c, scale, minimum, scales + 2 * scaleBytes)
    td = finishBlock(td, d, scale, minimum, scales + 3 * scaleBytes)
    w += 80
    x += X_BLOCK_BYTES
    scales += 16
  }
  v128.store(out, ta)
  v128.store(out + outBytes, tb)
  v128.store(out + 2 * outBytes, tc)
  v128.store(out + 3 * outBytes, td)
}
