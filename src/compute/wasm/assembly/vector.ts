// Small vector helpers that every kernel shares; all inline away.

/** a * b + c, fused where relaxed SIMD offers it. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/**
 * 4 consecutive halves -> f32x4, exact, denormals included; infinities and NaN are refused at load.
 *
 *   half      s eeeee mmmmmmmmmm              sign-extended to 32 bits, shifted left by 13, stray sign bits masked off:
 *   float     s 000eeeee mmmmmmmmmm0000...    which is the value times 2^-112
 */
@inline
export function halves(address: usize, offset: usize = 0): v128 {
  return f32x4.mul(tinyHalves(address, offset), f32x4.splat(TINY_TIMES))
}

/** 2^112 */
export const TINY_TIMES: f32 = reinterpret<f32>(0x77800000)

/** 4 consecutive halves -> f32x4, each 1 / TINY_TIMES of its value: whoever has multiplied the other factor by it saves doing so here. */
@inline
export function tinyHalves(address: usize, offset: usize = 0): v128 {
  return v128.and(i32x4.shl(v128.load16x4_s(address + offset), 13), i32x4.splat(0x8fffe000))
}

/** The bits of TINY_TIMES, and of what a half keeps after its shift: for loops that hold both in registers (`unknown`). */
export const HALF_FACTOR: i32 = 0x77800000
export const HALF_BITS: i32 = 0x8fffe000

/** Halves sign-extended to 32 bits -> f32x4. */
@inline
export function halvesBy(extended: v128, bits: v128, factor: v128): v128 {
  return f32x4.mul(v128.and(i32x4.shl(extended, 13), bits), factor)
}

/**
 * `value` in all lanes, where `zero` is always 0 but no compiler can know it. V8 makes a vector it knows anew in every round of a loop (three
 * instructions); one it does not know stays in its register.
 */
@inline
export function unknown(value: i32, zero: i32): v128 {
  return i32x4.splat(value | zero)
}

/** The way back: f32x4 -> a half in each 32-bit lane, to nearest, ties to even (what becomes a denormal may round twice). NaN and what is too large: `isHalf`. */
@inline
export function toHalves(v: v128): v128 {
  const magnitude = f32x4.mul(f32x4.abs(v), f32x4.splat(reinterpret<f32>(0x07800000)))
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1))
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff)), odd), 13)
  return v128.or(rounded, v128.and(i32x4.shr_u(v, 16), i32x4.splat(0x8000)))
}

/** Does every lane round to a finite half? */
@inline
export function isHalf(v: v128): bool {
  return i32x4.all_true(f32x4.lt(f32x4.abs(v), f32x4.splat(65520)))
}

/** `count` halves, a multiple of 4, -> f32 as `tinyHalves`. */
export function expand(from: usize, count: usize, to: usize): void {
  for (const end = from + (count << 1); from < end; from += 8, to += 16) v128.store(to, tinyHalves(from))
}

/** 32 bytes of zeros at each of four addresses, `apart` bytes from one to the next. */
@inline
export function zeroFour(at: usize, apart: usize): void {
  for (const last = at + 3 * apart; at <= last; at += apart) {
    v128.store(at, i32x4.splat(0))
    v128.store(at, i32x4.splat(0), 16)
  }
}

@inline
export function sumLanes(v: v128): f32 {
  return (
    (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2)) + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3))
  )
}

/** NaN in any lane comes through. */
@inline
export function maxLane(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  )
}

/** 1.5 * 2^23: a float of at most 22 bits plus this is rounded to a whole number (ties to even), which its low bits hold. */
const ROUNDER: f32 = 12582912

/** Each lane rounded to nearest, ties to even, as i32; exact below 2^22. What is larger, or NaN, gives any number. */
@inline
export function toNearest(v: v128): v128 {
  return i32x4.sub(f32x4.add(v, f32x4.splat(ROUNDER)), i32x4.splat(0x4b400000))
}

/**
 * e^x in each lane, relative error below 2e-7; x is clamped to -87.3..88.3, NaN stays NaN.
 * Range reduction and polynomial: Cephes' expf (Moshier 1989). Adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits.
 */
@inline
export function exponential(value: v128): v128 {
  // pmax and pmin are one instruction where max and min are seven; they too let a NaN in the first place through.
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-87.3)), f32x4.splat(88.3))
  const shifted = multiplyAdd(x, f32x4.splat(1.44269504), f32x4.splat(ROUNDER))
  const n = f32x4.sub(shifted, f32x4.splat(ROUNDER))
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), x)
  r = multiplyAdd(n, f32x4.splat(2.12194440e-4), r)
  let y = f32x4.splat(1.9875691500e-4)
  y = multiplyAdd(y, r, f32x4.splat(1.3981999507e-3))
  y = multiplyAdd(y, r, f32x4.splat(8.3334519073e-3))
  y = multiplyAdd(y, r, f32x4.splat(4.1665795894e-2))
  y = multiplyAdd(y, r, f32x4.splat(1.6666665459e-1))
  y = multiplyAdd(y, r, f32x4.splat(5.0000001201e-1))
  y = f32x4.add(multiplyAdd(f32x4.mul(r, r), y, r), f32x4.splat(1))
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23))
  return f32x4.mul(y, power)
}

/** out[i] += x[i] for `count` f32. */
export function addTo(out: usize, x: usize, count: i32): void {
  const bytes = <usize>count << 2
  const vectorBytes = bytes & ~15
  let i: usize = 0
  for (; i < vectorBytes; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(x + i)))
  for (; i < bytes; i += 4) store<f32>(out + i, load<f32>(out + i) + load<f32>(x + i))
}
