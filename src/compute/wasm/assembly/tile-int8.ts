import { halves, multiplyAdd, zeroFour } from './vector'

/**
 * multiplyInt8 (matmul-int8.ts has layouts and sums) for two neighbouring groups and four tokens: weights widen once for four tokens, a
 * pair of activations is read once for eight rows. A block's eight sums stay in registers, the totals in `out`.
 */
export function tileInt8(w: usize, blocks: usize, x: usize, scales: usize, out: usize, outBytes: usize): void {
  const groupBytes = blocks * 136
  const scaleBytes = blocks << 4
  const x1 = blocks << 6
  const x2 = x1 + x1
  const x3 = x2 + x1
  const out1 = out + outBytes
  const out2 = out1 + outBytes
  const out3 = out2 + outBytes
  zeroFour(out, outBytes)
  for (const end = w + groupBytes; w < end; w += 8) {
    const scale0 = halves(w)
    const scale1 = halves(w + groupBytes)
    let a0 = i32x4.splat(0)
    let b0 = i32x4.splat(0)
    let c0 = i32x4.splat(0)
    let d0 = i32x4.splat(0)
    let a1 = i32x4.splat(0)
    let b1 = i32x4.splat(0)
    let c1 = i32x4.splat(0)
    let d1 = i32x4.splat(0)
    for (const last = w + 128; w < last; w += 8, x += 4) {
      const w0 = v128.load8x8_s(w, 8)
      const w1 = v128.load8x8_s(w + groupBytes, 8)
      let s = v128.load32_splat(x)
      a0 = step(a0, w0, s)
      a1 = step(a1, w1, s)
      s = v128.load32_splat(x + x1)
      b0 = step(b0, w0, s)
      b1 = step(b1, w1, s)
      s = v128.load32_splat(x + x2)
      c0 = step(c0, w0, s)
      c1 = step(c1, w1, s)
      s = v128.load32_splat(x + x3)
      d0 = step(d0, w0, s)
      d1 = step(d1, w1, s)
    }
    finish(out, a0, a1, scale0, scale1, scales)
    finish(out1, b0, b1, scale0, scale1, scales + scaleBytes)
    finish(out2, c0, c1, scale0, scale1, scales + 2 * scaleBytes)
    finish(out3, d0, d1, scale0, scale1, scales + 3 * scaleBytes)
    scales += 16
  }
}

/** sum + two columns of four rows times a token's activations. */
@inline
function step(sum: v128, w: v128, x: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(w, x))
}

/** A token's two totals. */
@inline
function finish(out: usize, sum0: v128, sum1: v128, scale0: v128, scale1: v128, scales: usize): void {
  v128.store(out, finishBlock(v128.load(out), sum0, scale0, scales))
  v128.store(out, finishBlock(v128.load(out, 16), sum1, scale1, scales), 16)
}

/** total += scale * xscale * sum */
@inline
export function finishBlock(total: v128, sum: v128, scale: v128, scales: usize): v128 {
  return multiplyAdd(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, v128.load32_splat(scales, 8)), total)
}
