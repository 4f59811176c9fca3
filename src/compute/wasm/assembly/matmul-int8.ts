import { finishBlock, tileInt8 } from './tile-int8'
import { HALF_BITS, HALF_FACTOR, halvesBy, unknown } from './vector'

/**
 * out[t, 4g + r] = sum over blocks b of scale(r, b) * xscale(t, b) * sum over i of q(r, b, i) * x(t, b, i), for row groups g in from..to.
 *
 *   W    group g, block b: 136 bytes
 *          4 halves               scale of rows 4g .. 4g + 3
 *          16 vectors of 8 bytes  vector v holds two columns of each row:   | r0 a b | r1 a b | r2 a b | r3 a b |
 *                                 of four columns 0..3, an even v has 0 and 2, an odd v has 1 and 3
 *   x    quantized (quantize.ts): words, scales
 *   out  [T, stride] f32
 *
 * Bytes widen to 16 bits while loading; i32x4.dot_i16x8_s then leaves each row's sum in its own lane. Exact for every int8, -128 too:
 * a block's sum stays below 32 * 128 * 32767 = 2^27.
 */
export function multiplyInt8(
  weights: usize, columns: i32, from: i32, to: i32, words: usize, scales: usize, tokens: i32, out: usize, stride: i32,
): void {
  const blocks = <usize>columns >> 5
  const groupBytes = blocks * 136
  const xBytes = blocks << 6
  const scaleBytes = blocks << 4
  const outBytes = <usize>stride << 2
  const tiled = to - from > 1 ? <usize>tokens & ~3 : 0
  // Of an odd number of groups the last tile does one again.
  for (let g = from; tiled > 0 && g < to; g += 2) {
    const first = <usize>min(g, to - 2)
    for (let t: usize = 0; t < tiled; t += 4)
      tileInt8(weights + first * groupBytes, blocks, words + t * xBytes, scales + t * scaleBytes, out + t * outBytes + (first << 4), outBytes)
  }
  for (let g = <usize>from; g < <usize>to; g++)
    for (let t = tiled; t < <usize>tokens; t++)
      oneToken(weights + g * groupBytes, groupBytes, words + t * xBytes, scales + t * scaleBytes, out + t * outBytes + (g << 4))
}

/** sum + two columns of four rows times their activations. */
@inline
function pair(sum: v128, weights: v128, x: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, x))
}

/** Offsets are literals, since only those become part of the instructions. */
function oneToken(w: usize, groupBytes: usize, x: usize, scales: usize, out: usize): void {
  // A group is whole blocks.
  const zero = <i32>groupBytes & 7
  const bits = unknown(HALF_BITS, zero)
  const factor = unknown(HALF_FACTOR, zero)
  let total = f32x4.splat(0)
  for (const end = w + groupBytes; w < end; w += 136, x += 64, scales += 16) {
    let s = i32x4.splat(0)
    let t = i32x4.splat(0)
    s = pair(s, v128.load8x8_s(w, 8), v128.load32_splat(x))
    s = pair(s, v128.load8x8_s(w, 16), v128.load32_splat(x, 4))
    s = pair(s, v128.load8x8_s(w, 24), v128.load32_splat(x, 8))
    s = pair(s, v128.load8x8_s(w, 32), v128.load32_splat(x, 12))
    t = pair(t, v128.load8x8_s(w, 40), v128.load32_splat(x, 16))
    t = pair(t, v128.load8x8_s(w, 48), v128.load32_splat(x, 20))
    t = pair(t, v128.load8x8_s(w, 56), v128.load32_splat(x, 24))
    t = pair(t, v128.load8x8_s(w, 64), v128.load32_splat(x, 28))
    s = pair(s, v128.load8x8_s(w, 72), v128.load32_splat(x, 32))
    s = pair(s, v128.load8x8_s(w, 80), v128.load32_splat(x, 36))
    s = pair(s, v128.load8x8_s(w, 88), v128.load32_splat(x, 40))
    s = pair(s, v128.load8x8_s(w, 96), v128.load32_splat(x, 44))
    t = pair(t, v128.load8x8_s(w, 104), v128.load32_splat(x, 48))
    t = pair(t, v128.load8x8_s(w, 112), v128.load32_splat(x, 52))
    t = pair(t, v128.load8x8_s(w, 120), v128.load32_splat(x, 56))
    t = pair(t, v128.load8x8_s(w, 128), v128.load32_splat(x, 60))
    total = finishBlock(total, i32x4.add(s, t), halvesBy(v128.load16x4_s(w), bits, factor), scales)
  }
  v128.store(out, total)
}
