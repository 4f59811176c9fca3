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
 * Bytes widen to 16 bits while loading; i32x4.dot_i16x8_s then leaves each row's sum in its own lane. Exact for every int8, -128 too.
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
      fourTokens(w, blocks, words + t * (blocks << 6), scales + t * (blocks << 3), o + ((t * stride) << 2), <usize>stride << 2)
    for (; t < <usize>tokens; t++)
      oneToken(w, blocks, words + t * (blocks << 6), scales + t * (blocks << 3), o + ((t * stride) << 2))
  }
}

@inline
function pair(sum: v128, w: usize, x: usize, v: usize): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.load8x8_s(w + 8 + (v << 3)), v128.load32_splat(x + (v << 2))))
}

function oneToken(w: usize, blocks: usize, x: usize, scales: usize, out: usize): void {
  let total = f32x4.splat(0)
  for (let b: usize = 0; b < blocks; b++) {
    let s = i32x4.splat(0)
    s = pair(pair(pair(pair(s, w, x, 0), w, x, 1), w, x, 2), w, x, 3)
    s = pair(pair(pair(pair(s, w, x, 4), w, x, 5), w, x, 6), w, x, 7)
    s = pair(pair(pair(pair(s, w, x, 8), w, x, 9), w, x, 10), w, x, 11)
    s = pair(pair(pair(pair(s, w, x, 12), w, x, 13), w, x, 14), w, x, 15)
    total = multiplyAdd(f32x4.convert_i32x4_s(s), f32x4.mul(halves(w), v128.load32_splat(scales)), total)
    w += 136
    x += 64
    scales += 8
  }
  v128.store(out, total)
}

function fourTokens(w: usize, blocks: usize, x: usize, scales: usize, out: usize, outBytes: usize): void {
  const xBytes = blocks << 6
  const scaleBytes = blocks << 3
  let ta = f32x4.splat(0)
  let tb = f32x4.splat(0)
  let tc = f32x4.splat(0)
  let td = f32x4.splat(0)
  for (let i: usize = 0; i < blocks; i++) {
    let a = i32x4.splat(0)
    let b = i32x4.splat(0)
    let c = i32x4.splat(0)
    let d = i32x4.splat(0)
    for (let v: usize = 0; v < 16; v++) {
      const weights = v128.load8x8_s(w + 8 + (v << 3))
      const at = x + (v << 2)
      a = i32x4.add(a, i32x4.dot_i16x8_s(weights, v128.load32_splat(at)))
      b = i32x4.add(b, i32x4.dot_i16x8_s(weights, v128.load32_splat(at + xBytes)))
      c = i32x4.add(c, i32x4.dot_i16x8_s(weights, v128.load32_splat(at + 2 * xBytes)))
      d = i32x4.add(d, i32x4.dot_i16x8_s(weights, v128.load32_splat(at + 3 * xBytes)))
    }
    const scale = halves(w)
    ta = multiplyAdd(f32x4.convert_i32x4_s(a), f32x4.mul(scale, v128.load32_splat(scales)), ta)
    tb = multiplyAdd(f32x4.convert_i32x4_s(b), f32x4.mul(scale, v128.load32_splat(scales + scaleBytes)), tb)
    tc = multiplyAdd(f32x4.convert_i32x4_s(c), f32x4.mul(scale, v128.load32_splat(scales + 2 * scaleBytes)), tc)
    td = multiplyAdd(f32x4.convert_i32x4_s(d), f32x4.mul(scale, v128.load32_splat(scales + 3 * scaleBytes)), td)
    w += 136
    x += 64
    scales += 8
  }
  v128.store(out, ta)
  v128.store(out + outBytes, tb)
  v128.store(out + 2 * outBytes, tc)
  v128.store(out + 3 * outBytes, td)
}
