// What a core multiplies when nothing waits for memory: the ceilings of kernels that compute. Twelve chains hide an instruction's latency,
// and each feeds on its own sum, so that nothing can be taken out of the loop.

/** `rounds` x 12 x 16 products of bytes, as int4 kernels of relaxed builds make them. */
export function multiplyBytes(rounds: i32): i32 {
  const weights = i8x16.splat(5)
  let a = i8x16.splat(1)
  let b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a
  for (; rounds > 0; rounds--) {
    a = i32x4.relaxed_dot_i8x16_i7x16_add_s(a, weights, a)
    b = i32x4.relaxed_dot_i8x16_i7x16_add_s(b, weights, b)
    c = i32x4.relaxed_dot_i8x16_i7x16_add_s(c, weights, c)
    d = i32x4.relaxed_dot_i8x16_i7x16_add_s(d, weights, d)
    e = i32x4.relaxed_dot_i8x16_i7x16_add_s(e, weights, e)
    f = i32x4.relaxed_dot_i8x16_i7x16_add_s(f, weights, f)
    g = i32x4.relaxed_dot_i8x16_i7x16_add_s(g, weights, g)
    h = i32x4.relaxed_dot_i8x16_i7x16_add_s(h, weights, h)
    i = i32x4.relaxed_dot_i8x16_i7x16_add_s(i, weights, i)
    j = i32x4.relaxed_dot_i8x16_i7x16_add_s(j, weights, j)
    k = i32x4.relaxed_dot_i8x16_i7x16_add_s(k, weights, k)
    l = i32x4.relaxed_dot_i8x16_i7x16_add_s(l, weights, l)
  }
  return any(a, b, c, d, e, f, g, h, i, j, k, l)
}

/** `rounds` x 12 x 8 products of 16-bit words, each with the addition that it needs. */
export function multiplyWords(rounds: i32): i32 {
  const weights = i16x8.splat(5)
  let a = i16x8.splat(1)
  let b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a
  for (; rounds > 0; rounds--) {
    a = i32x4.add(a, i32x4.dot_i16x8_s(a, weights))
    b = i32x4.add(b, i32x4.dot_i16x8_s(b, weights))
    c = i32x4.add(c, i32x4.dot_i16x8_s(c, weights))
    d = i32x4.add(d, i32x4.dot_i16x8_s(d, weights))
    e = i32x4.add(e, i32x4.dot_i16x8_s(e, weights))
    f = i32x4.add(f, i32x4.dot_i16x8_s(f, weights))
    g = i32x4.add(g, i32x4.dot_i16x8_s(g, weights))
    h = i32x4.add(h, i32x4.dot_i16x8_s(h, weights))
    i = i32x4.add(i, i32x4.dot_i16x8_s(i, weights))
    j = i32x4.add(j, i32x4.dot_i16x8_s(j, weights))
    k = i32x4.add(k, i32x4.dot_i16x8_s(k, weights))
    l = i32x4.add(l, i32x4.dot_i16x8_s(l, weights))
  }
  return any(a, b, c, d, e, f, g, h, i, j, k, l)
}

/** `rounds` x 12 x 4 fused products and sums of floats. */
export function multiplyFloats(rounds: i32): i32 {
  const half = f32x4.splat(0.5)
  let a = f32x4.splat(1)
  let b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a
  for (; rounds > 0; rounds--) {
    a = f32x4.relaxed_madd(a, half, half)
    b = f32x4.relaxed_madd(b, half, half)
    c = f32x4.relaxed_madd(c, half, half)
    d = f32x4.relaxed_madd(d, half, half)
    e = f32x4.relaxed_madd(e, half, half)
    f = f32x4.relaxed_madd(f, half, half)
    g = f32x4.relaxed_madd(g, half, half)
    h = f32x4.relaxed_madd(h, half, half)
    i = f32x4.relaxed_madd(i, half, half)
    j = f32x4.relaxed_madd(j, half, half)
    k = f32x4.relaxed_madd(k, half, half)
    l = f32x4.relaxed_madd(l, half, half)
  }
  return any(a, b, c, d, e, f, g, h, i, j, k, l)
}

/** Uses every chain, or the compiler would leave them out. */
function any(
  a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128, i: v128, j: v128, k: v128, l: v128,
): i32 {
  const first = v128.or(v128.or(v128.or(a, b), v128.or(c, d)), v128.or(e, f))
  const second = v128.or(v128.or(v128.or(g, h), v128.or(i, j)), v128.or(k, l))
  return i32x4.extract_lane(v128.or(first, second), 0)
}
