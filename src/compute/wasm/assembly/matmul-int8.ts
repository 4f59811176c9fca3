import { finishBlock, tileInt8 } from './tile-int8'
import { halves } from './vector'

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
      oneToken(weights + g * groupBytes, blocks, words + t * xBytes, scales + t * scaleBytes, out + t * outBytes + (g << 4))
}

/** Adds vector v of a block: two columns of four rows. */
@inline
function pair(sum: v128, w: usize, x: usize, v: usize): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.load8x8_s(w + 8 + (v << 3)), v128.load32_splat(x + (v << 2))))
}

function oneToken(w: usize, blocks: usize, x: usize, scales: usize, out: usize): void {
  let total = f32x4.splat(0)
  for (let b: usize = 0; b < blocks; b++) {
    let s = i32x4.splat(0)
    let t = i32x4.splat(0)
    s = pair(pair(pair(pair(s, w, x, 0), w, x, 1), w, x, 2), w, x, 3)
    t = pair(pair(pair(pair(t, w, x, 4), w, x, 5), w, x, 6), w, x, 7)
    s = pair(pair(pair(pair(s, w, x, 8), w, x, 9), w, x, 10), w, x, 11)
    t = pair(pair(pair(pair(t, w, x, 12), w, x, 13), w, x, 14), w, x, 15)
    total = finishBlock(total, i32x4.add(s, t), halves(w), scales)
    w += 136
    x += 64
    scales += 16
  }
  v128.store(out, total)
}
