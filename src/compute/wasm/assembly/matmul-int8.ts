import { halves, multiplyAdd } from './vector'

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
  for (let g = <usize>from; g < <usize>to; g++) {
    const w = weights + g * groupBytes
    const o = out + (g << 4)
    let t: usize = 0
    for (; t + 4 <= <usize>tokens; t += 4)
      fourTokens(w, blocks, words + t * (blocks << 6), scales + t * (blocks << 4), o + ((t * stride) << 2), <usize>stride << 2)
    for (; t < <usize>tokens; t++)
      oneToken(w, blocks, words + t * (blocks << 6), scales + t * (blocks << 4), o + ((t * stride) << 2))
  }
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

/** total += scale * xscale * sum */
@inline
function finishBlock(total: v128, sum: v128, scale: v128, scales: usize): v128 {
  return multiplyAdd(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, v128.load32_splat(scales, 8)), total)
}

function fourTokens(w: usize, blocks: usize, x: usize, scales: usize, out: usize, outBytes: usize): void {
  const xBytes = blocks << 6
  const scaleBytes = blocks << 4
  let ta = f32x4.splat(0)
  let tb = f32x4.splat(0)
  let tc = f32x4.splat(0)
  let td = f32x4.splat(0)
  for (let block: usize = 0; block < blocks; block++) {
    const scale = halves(w)
    w += 8
    let a = i32x4.splat(0)
    let b = i32x4.splat(0)
    let c = i32x4.splat(0)
    let d = i32x4.splat(0)
    for (const end = w + 128; w < end; w += 16, x += 8) {
      const x1 = x + xBytes
      const x2 = x1 + xBytes
      const x3 = x2 + xBytes
      const even = v128.load8x8_s(w)
      const odd = v128.load8x8_s(w, 8)
      a = twoPairs(a, even, odd, x)
      b = twoPairs(b, even, odd, x1)
      c = twoPairs(c, even, odd, x2)
      d = twoPairs(d, even, odd, x3)
    }
    ta = finishBlock(ta, a, scale, scales)
    tb = finishBlock(tb, b, scale, scales + scaleBytes)
    tc = finishBlock(tc, c, scale, scales + 2 * scaleBytes)
    td = finishBlock(td, d, scale, scales + 3 * scaleBytes)
    scales += 16
  }
  v128.store(out, ta)
  v128.store(out + outBytes, tb)
  v128.store(out + 2 * outBytes, tc)
  v128.store(out + 3 * outBytes, td)
}

@inline
function twoPairs(sum: v128, even: v128, odd: v128, x: usize): v128 {
  sum = i32x4.add(sum, i32x4.dot_i16x8_s(even, v128.load32_splat(x)))
  return i32x4.add(sum, i32x4.dot_i16x8_s(odd, v128.load32_splat(x, 4)))
}
