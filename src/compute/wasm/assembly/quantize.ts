// Activations to int8 in blocks of 32 with one float scale: x = scale * q, q in -127..127 (llama.cpp's Q8_0 rule).
// Written three times, because the kernels want different shapes of the same numbers:
//
//   bytes   [T, columns] i8     in order
//   words   [T, columns] i16    in each four columns the order is 0 2 1 3, so that one 4-byte splat is the pair a kernel needs
//   scales  [T, blocks, 2] f32  scale, scale * sum(q)
import { maxLane } from './vector'

@inline
function largest(x: usize): v128 {
  let m = f32x4.abs(v128.load(x))
  for (let i: usize = 16; i < 128; i += 16) m = f32x4.max(m, f32x4.abs(v128.load(x + i)))
  return m
}

/** 8 values -> 8 x i16 in -127..127, rounded to nearest, ties to even. */
@inline
function round8(x: usize, inverse: v128): v128 {
  return i16x8.narrow_i32x4_s(
    i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x), inverse))),
    i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x, 16), inverse))),
  )
}

@inline
function pairOrder(v: v128): v128 {
  return i16x8.shuffle(v, v, 0, 2, 1, 3, 4, 6, 5, 7)
}

/** Blocks `from..to`, counted through all tokens, of x f32 [T, columns]. A NaN or an infinity makes its block's scale NaN or infinite. */
export function quantize(x: usize, from: i32, to: i32, bytes: usize, words: usize, scales: usize): void {
  for (let b = <usize>from; b < <usize>to; b++) {
    const at = x + (b << 7)
    const magnitude = maxLane(largest(at))
    const inverse = f32x4.splat(magnitude > 0 ? 127 / magnitude : 0)
    let sum = i32x4.splat(0)
    for (let half: usize = 0; half < 2; half++) {
      const low = round8(at + (half << 6), inverse)
      const high = round8(at + (half << 6) + 32, inverse)
      v128.store(bytes + (b << 5) + (half << 4), i8x16.narrow_i16x8_s(low, high))
      v128.store(words + (b << 6) + (half << 5), pairOrder(low))
      v128.store(words + (b << 6) + (half << 5), pairOrder(high), 16)
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.add(low, high), i16x8.splat(1)))
    }
    const scale: f32 = magnitude / 127
    const total =
      i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
    store<f32>(scales + (b << 3), scale)
    store<f32>(scales + (b << 3), scale * <f32>total, 4)
  }
}
