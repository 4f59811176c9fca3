import { halves, multiplyAdd, tinyHalves } from './vector'

/**
 * Two neighbouring groups of four rows, `groupBytes` apart, times four tokens, `xBytes` apart (matmul-float.ts has the layouts): a column
 * is read once for four tokens, a value of x once for eight rows. With `adds` the sums begin with what is in `out`. T is f32, u16 for
 * halves, or i16 for halves of which x is TINY_TIMES too large (vector.ts).
 */
export function tileFloat<T>(
  w: usize, groupBytes: usize, columns: i32, x: usize, xBytes: usize, out: usize, outBytes: usize, adds: bool,
): void {
  const x2 = xBytes + xBytes
  const x3 = x2 + xBytes
  const out1 = out + outBytes
  const out2 = out1 + outBytes
  const out3 = out2 + outBytes
  let a0 = f32x4.splat(0)
  let b0 = f32x4.splat(0)
  let c0 = f32x4.splat(0)
  let d0 = f32x4.splat(0)
  let a1 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  let d1 = f32x4.splat(0)
  if (adds) {
    a0 = v128.load(out)
    b0 = v128.load(out1)
    c0 = v128.load(out2)
    d0 = v128.load(out3)
    a1 = v128.load(out, 16)
    b1 = v128.load(out1, 16)
    c1 = v128.load(out2, 16)
    d1 = v128.load(out3, 16)
  }
  for (const end = x + (<usize>columns << 2); x < end; x += 4, w += 4 * sizeof<T>()) {
    const w0 = column<T>(w)
    const w1 = column<T>(w + groupBytes)
    let s = v128.load32_splat(x)
    a0 = multiplyAdd(w0, s, a0)
    a1 = multiplyAdd(w1, s, a1)
    s = v128.load32_splat(x + xBytes)
    b0 = multiplyAdd(w0, s, b0)
    b1 = multiplyAdd(w1, s, b1)
    s = v128.load32_splat(x + x2)
    c0 = multiplyAdd(w0, s, c0)
    c1 = multiplyAdd(w1, s, c1)
    s = v128.load32_splat(x + x3)
    d0 = multiplyAdd(w0, s, d0)
    d1 = multiplyAdd(w1, s, d1)
  }
  v128.store(out, a0)
  v128.store(out1, b0)
  v128.store(out2, c0)
  v128.store(out3, d0)
  v128.store(out, a1, 16)
  v128.store(out1, b1, 16)
  v128.store(out2, c1, 16)
  v128.store(out3, d1, 16)
}

/** `groups` neighbouring groups times one token, four at a time, in the same order of sums. */
export function rowFloat<T>(
  w: usize, groupBytes: usize, groups: i32, columns: i32, x: usize, out: usize, adds: bool,
): void {
  let g = 0
  for (; g + 4 <= groups; g += 4, w += 4 * groupBytes, out += 64) fourGroups<T>(w, groupBytes, columns, x, out, adds)
  for (; g < groups; g++, w += groupBytes, out += 16) oneGroup<T>(w, columns, x, out, adds)
}

function fourGroups<T>(w: usize, groupBytes: usize, columns: i32, x: usize, out: usize, adds: bool): void {
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  let d = f32x4.splat(0)
  if (adds) {
    a = v128.load(out)
    b = v128.load(out, 16)
    c = v128.load(out, 32)
    d = v128.load(out, 48)
  }
  const w2 = groupBytes + groupBytes
  const w3 = w2 + groupBytes
  for (const end = x + (<usize>columns << 2); x < end; x += 4, w += 4 * sizeof<T>()) {
    const v = v128.load32_splat(x)
    a = multiplyAdd(column<T>(w), v, a)
    b = multiplyAdd(column<T>(w + groupBytes), v, b)
    c = multiplyAdd(column<T>(w + w2), v, c)
    d = multiplyAdd(column<T>(w + w3), v, d)
  }
  v128.store(out, a)
  v128.store(out, b, 16)
  v128.store(out, c, 32)
  v128.store(out, d, 48)
}

function oneGroup<T>(w: usize, columns: i32, x: usize, out: usize, adds: bool): void {
  let a = adds ? v128.load(out) : f32x4.splat(0)
  for (const end = x + (<usize>columns << 2); x < end; x += 4, w += 4 * sizeof<T>())
    a = multiplyAdd(column<T>(w), v128.load32_splat(x), a)
  v128.store(out, a)
}

/** One column of four rows. */
@inline
function column<T>(w: usize): v128 {
  if (sizeof<T>() == 4) return v128.load(w)
  return isSigned<T>() ? tinyHalves(w) : halves(w)
}
