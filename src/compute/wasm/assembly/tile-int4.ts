import { halves, multiplyAdd, zeroFour } from './vector'

/**
 * multiplyInt4 (matmul-int4.ts has layouts and sums) for two neighbouring groups and four tokens: weights are taken apart once for four
 * tokens, an activation is read once for eight rows. A block's eight sums stay in registers, the totals in `out`.
 */
export function tileInt4<T>(w: usize, blocks: usize, x: usize, scales: usize, out: usize, outBytes: usize): void {
  const groupBytes = blocks * 80
  const scaleBytes = blocks << 4
  const x1 = blocks * xBlockBytes<T>()
  const x2 = x1 + x1
  const x3 = x2 + x1
  const out1 = out + outBytes
  const out2 = out1 + outBytes
  const out3 = out2 + outBytes
  zeroFour(out, outBytes)
  const parts: usize = sizeof<T>() == 1 ? 2 : 4
  const mask = sizeof<T>() == 1 ? i8x16.splat(15) : i16x8.splat(15)
  for (const end = w + groupBytes; w < end; w += 16) {
    const header = w
    let a0 = i32x4.splat(0)
    let b0 = i32x4.splat(0)
    let c0 = i32x4.splat(0)
    let d0 = i32x4.splat(0)
    let a1 = i32x4.splat(0)
    let b1 = i32x4.splat(0)
    let c1 = i32x4.splat(0)
    let d1 = i32x4.splat(0)
    for (const last = w + 64; w < last; w += 16) {
      let nibbles0 = v128.load(w, 16)
      let nibbles1 = v128.load(w + groupBytes, 16)
      for (let part: usize = 0; part < parts; part++) {
        const w0 = v128.and(nibbles0, mask)
        const w1 = v128.and(nibbles1, mask)
        const at = x + (sizeof<T>() == 1 ? part << 4 : ((part & 1) << 5) + ((part >> 1) << 2))
        let s = v128.load32_splat(at)
        a0 = step<T>(a0, w0, s)
        a1 = step<T>(a1, w1, s)
        s = v128.load32_splat(at + x1)
        b0 = step<T>(b0, w0, s)
        b1 = step<T>(b1, w1, s)
        s = v128.load32_splat(at + x2)
        c0 = step<T>(c0, w0, s)
        c1 = step<T>(c1, w1, s)
        s = v128.load32_splat(at + x3)
        d0 = step<T>(d0, w0, s)
        d1 = step<T>(d1, w1, s)
        nibbles0 = i16x8.shr_u(nibbles0, 4)
        nibbles1 = i16x8.shr_u(nibbles1, 4)
      }
      x += 4 * sizeof<T>()
    }
    x += 16 * sizeof<T>()
    const scale0 = halves(header)
    const scale1 = halves(header + groupBytes)
    const minimum0 = halves(header, 8)
    const minimum1 = halves(header + groupBytes, 8)
    finish<T>(out, a0, a1, scale0, scale1, minimum0, minimum1, scales)
    finish<T>(out1, b0, b1, scale0, scale1, minimum0, minimum1, scales + scaleBytes)
    finish<T>(out2, c0, c1, scale0, scale1, minimum0, minimum1, scales + 2 * scaleBytes)
    finish<T>(out3, d0, d1, scale0, scale1, minimum0, minimum1, scales + 3 * scaleBytes)
    scales += 16
  }
}

@inline
export function xBlockBytes<T>(): usize {
  return sizeof<T>() << 5
}

/** sum + four rows' weights times a token's activations: of four columns in bytes, of two in words. */
@inline
function step<T>(sum: v128, w: v128, x: v128): v128 {
  if (sizeof<T>() == 1) return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, w, sum)
  return i32x4.add(sum, i32x4.dot_i16x8_s(w, x))
}

/** A token's two totals. */
@inline
function finish<T>(
  out: usize, sum0: v128, sum1: v128, scale0: v128, scale1: v128, minimum0: v128, minimum1: v128, scales: usize,
): void {
  v128.store(out, finishBlock<T>(v128.load(out), sum0, scale0, minimum0, scales))
  v128.store(out, finishBlock<T>(v128.load(out, 16), sum1, scale1, minimum1, scales), 16)
}

/** total += scale * xscale * sum + minimum * xscale * xsum; in a block's scales those of the words follow those of the bytes. */
@inline
export function finishBlock<T>(total: v128, sum: v128, scale: v128, minimum: v128, scales: usize): v128 {
  const xScale = v128.load32_splat(scales, sizeof<T>() == 1 ? 0 : 8)
  total = multiplyAdd(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, xScale), total)
  return multiplyAdd(minimum, v128.load32_splat(scales, sizeof<T>() == 1 ? 4 : 12), total)
}
