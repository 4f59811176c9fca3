import { finishBlock, tileInt4, xBlockBytes } from './tile-int4'
import { halves } from './vector'

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
      oneToken<T>(weights + g * groupBytes, blocks, x + t * xBytes, scales + t * scaleBytes, out + t * outBytes + (g << 4))
}

/** Adds vector v's 8 columns of 4 rows, `nibbles`, times the token's activations. */
@inline
function columns8<T>(sum: v128, nibbles: v128, x: usize, v: usize): v128 {
  if (sizeof<T>() == 1) {
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

function oneToken<T>(w: usize, blocks: usize, x: usize, scales: usize, out: usize): void {
  let total = f32x4.splat(0)
  for (let b: usize = 0; b < blocks; b++) {
    const first = columns8<T>(columns8<T>(i32x4.splat(0), v128.load(w, 16), x, 0), v128.load(w, 32), x, 1)
    // Two short chains of dots hide their latency; words leave no registers for a second one.
    const start = sizeof<T>() == 1 ? i32x4.splat(0) : first
    const second = columns8<T>(columns8<T>(start, v128.load(w, 48), x, 2), v128.load(w, 64), x, 3)
    const sum = sizeof<T>() == 1 ? i32x4.add(first, second) : second
    total = finishBlock<T>(total, sum, halves(w), halves(w, 8), scales)
    w += 80
    x += xBlockBytes<T>()
    scales += 16
  }
  v128.store(out, total)
}
