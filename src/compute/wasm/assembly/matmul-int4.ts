import { finishBlock, tileInt4, xBlockBytes } from './tile-int4'
import { HALF_BITS, HALF_FACTOR, halvesBy, unknown } from './vector'

/**
 * out[t, 4g + r] = sum over blocks b of xscale(t, b) * (scale(r, b) * sum over i of q(r, b, i) * x(t, b, i) + minimum(r, b) * sum over i of x(t, b, i)),
 * for row groups g in from..to.
 *
 *   W    group g, block b: 80 bytes
 *          4 halves            scale of rows 4g .. 4g + 3
 *          4 halves            minimum of the same rows
 *          4 vectors of 16 B   vector v, lane r: row r's four bytes; low nibbles are columns 4v .. 4v + 3, high ones 16 + 4v .. 16 + 4v + 3
 *   x    quantized (quantize.ts): T is i8 for the bytes, i16 for the words
 *   scales  of both
 *   out  [T, stride] f32
 *
 * Each i32 lane is a row: no sum across lanes, and one scale step serves four rows. Bytes, in relaxed builds alone, where they are the
 * faster: i32x4.relaxed_dot_i8x16_i7x16_add_s with the nibbles (0..15) as its 7-bit operand, exact on every platform. Words: nibbles in
 * 16-bit lanes, two columns of a row in each i32 lane.
 */
export function multiplyInt4<T>(
  weights: usize, columns: i32, from: i32, to: i32, x: usize, scales: usize, tokens: i32, out: usize, stride: i32,
): void {
  const blocks = <usize>columns >> 5
  const groupBytes = blocks * 80
  const xBytes = blocks * xBlockBytes<T>()
  const scaleBytes = blocks << 4
  const outBytes = <usize>stride << 2
  const tiled = to - from > 1 ? <usize>tokens & ~3 : 0
  // Of an odd number of groups the last tile does one again.
  for (let g = from; tiled > 0 && g < to; g += 2) {
    const first = <usize>min(g, to - 2)
    for (let t: usize = 0; t < tiled; t += 4)
      tileInt4<T>(weights + first * groupBytes, blocks, x + t * xBytes, scales + t * scaleBytes, out + t * outBytes + (first << 4), outBytes)
  }
  for (let g = <usize>from; g < <usize>to; g++)
    for (let t = tiled; t < <usize>tokens; t++)
      oneToken<T>(weights + g * groupBytes, groupBytes, x + t * xBytes, scales + t * scaleBytes, out + t * outBytes + (g << 4))
}

/** sum + 8 columns of 4 rows, `nibbles`, times the activations of the low ones and of the high ones, as bytes. */
@inline
function bytes8(sum: v128, nibbles: v128, mask: v128, low: v128, high: v128): v128 {
  sum = i32x4.relaxed_dot_i8x16_i7x16_add_s(low, v128.and(nibbles, mask), sum)
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(high, v128.and(i16x8.shr_u(nibbles, 4), mask), sum)
}

/** The same as words: of each four columns the even ones, then the odd ones. */
@inline
function words8(sum: v128, nibbles: v128, mask: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(nibbles, mask), a))
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(i16x8.shr_u(nibbles, 8), mask), b))
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(i16x8.shr_u(nibbles, 4), mask), c))
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.shr_u(nibbles, 12), d))
}

/** A block's columns of 4 rows; offsets are literals, since only those become part of the instructions. */
@inline
function blockSum<T>(w: usize, x: usize, mask: v128): v128 {
  let sum = i32x4.splat(0)
  if (sizeof<T>() == 1) {
    sum = bytes8(sum, v128.load(w, 16), mask, v128.load32_splat(x), v128.load32_splat(x, 16))
    sum = bytes8(sum, v128.load(w, 32), mask, v128.load32_splat(x, 4), v128.load32_splat(x, 20))
    // Two short chains of dots hide their latency.
    let other = bytes8(i32x4.splat(0), v128.load(w, 48), mask, v128.load32_splat(x, 8), v128.load32_splat(x, 24))
    other = bytes8(other, v128.load(w, 64), mask, v128.load32_splat(x, 12), v128.load32_splat(x, 28))
    return i32x4.add(sum, other)
  }
  const a = v128.load32_splat(x)
  sum = words8(sum, v128.load(w, 16), mask, a, v128.load32_splat(x, 4), v128.load32_splat(x, 32), v128.load32_splat(x, 36))
  const b = v128.load32_splat(x, 8)
  sum = words8(sum, v128.load(w, 32), mask, b, v128.load32_splat(x, 12), v128.load32_splat(x, 40), v128.load32_splat(x, 44))
  const c = v128.load32_splat(x, 16)
  sum = words8(sum, v128.load(w, 48), mask, c, v128.load32_splat(x, 20), v128.load32_splat(x, 48), v128.load32_splat(x, 52))
  const d = v128.load32_splat(x, 24)
  return words8(sum, v128.load(w, 64), mask, d, v128.load32_splat(x, 28), v128.load32_splat(x, 56), v128.load32_splat(x, 60))
}

function oneToken<T>(w: usize, groupBytes: usize, x: usize, scales: usize, out: usize): void {
  // A group is whole blocks.
  const zero = <i32>groupBytes & 15
  const mask = unknown(sizeof<T>() == 1 ? 0x0f0f0f0f : 0x000f000f, zero)
  const bits = unknown(HALF_BITS, zero)
  const factor = unknown(HALF_FACTOR, zero)
  let total = f32x4.splat(0)
  for (const end = w + groupBytes; w < end; w += 80, x += xBlockBytes<T>(), scales += 16) {
    const scale = halvesBy(v128.load16x4_s(w), bits, factor)
    const minimum = halvesBy(v128.load16x4_s(w, 8), bits, factor)
    total = finishBlock<T>(total, blockSum<T>(w, x, mask), scale, minimum, scales)
  }
  v128.store(out, total)
}
