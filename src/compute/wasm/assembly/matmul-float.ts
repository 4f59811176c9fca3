import { halves, multiplyAdd } from './vector'

/**
 * out[t, 4g + r] = sum over c of W[4g + r, c] * x[t, c], for row groups g in from..to; T is f32, or u16 for halves.
 *
 *   W    group g, column c: four values, value r is row 4g + r      | r0 c | r1 c | r2 c | r3 c |
 *   x    [T, columns] f32, one value splat over the lanes
 *   out  [T, stride] f32
 *
 * Every lane adds its columns in order, whatever the tile, so that one token at a time gives the same bits as many at once.
 * Tiles: one group times 4 tokens (weights read once), else 4 groups times one token (four sums in flight).
 */
export function multiplyFloat<T>(
  weights: usize, columns: i32, from: i32, to: i32, x: usize, tokens: i32, out: usize, stride: i32,
): void {
  const groupBytes = <usize>columns * (4 * sizeof<T>())
  const tokenBytes = <usize>columns << 2
  const outBytes = <usize>stride << 2
  const tiled = tokens & ~3
  if (tiled > 0)
    for (let g = <usize>from; g < <usize>to; g++)
      for (let t: usize = 0; t < <usize>tiled; t += 4)
        fourTokens<T>(weights + g * groupBytes, x + t * tokenBytes, tokenBytes, out + t * outBytes + (g << 4), outBytes)
  for (let t = <usize>tiled; t < <usize>tokens; t++) {
    let g = <usize>from
    for (; g + 4 <= <usize>to; g += 4)
      fourGroups<T>(weights + g * groupBytes, groupBytes, x + t * tokenBytes, out + t * outBytes + (g << 4))
    for (; g < <usize>to; g++)
      oneGroup<T>(weights + g * groupBytes, groupBytes, x + t * tokenBytes, out + t * outBytes + (g << 4))
  }
}

/** One column of four rows. */
@inline
function column<T>(w: usize): v128 {
  return sizeof<T>() == 4 ? v128.load(w) : halves(w)
}

function oneGroup<T>(w: usize, groupBytes: usize, x: usize, out: usize): void {
  let a = f32x4.splat(0)
  for (const end = w + groupBytes; w < end; w += 4 * sizeof<T>(), x += 4)
    a = multiplyAdd(column<T>(w), v128.load32_splat(x), a)
  v128.store(out, a)
}

function fourGroups<T>(w: usize, groupBytes: usize, x: usize, out: usize): void {
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  let d = f32x4.splat(0)
  const w1 = w + groupBytes
  const w2 = w1 + groupBytes
  const w3 = w2 + groupBytes
  for (let i: usize = 0; i < groupBytes; i += 4 * sizeof<T>(), x += 4) {
    const v = v128.load32_splat(x)
    a = multiplyAdd(column<T>(w + i), v, a)
    b = multiplyAdd(column<T>(w1 + i), v, b)
    c = multiplyAdd(column<T>(w2 + i), v, c)
    d = multiplyAdd(column<T>(w3 + i), v, d)
  }
  v128.store(out, a)
  v128.store(out, b, 16)
  v128.store(out, c, 32)
  v128.store(out, d, 48)
}

function fourTokens<T>(w: usize, x: usize, tokenBytes: usize, out: usize, outBytes: usize): void {
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  let d = f32x4.splat(0)
  const x1 = x + tokenBytes
  const x2 = x1 + tokenBytes
  const x3 = x2 + tokenBytes
  for (let i: usize = 0; i < tokenBytes; i += 4, w += 4 * sizeof<T>()) {
    const v = column<T>(w)
    a = multiplyAdd(v, v128.load32_splat(x + i), a)
    b = multiplyAdd(v, v128.load32_splat(x1 + i), b)
    c = multiplyAdd(v, v128.load32_splat(x2 + i), c)
    d = multiplyAdd(v, v128.load32_splat(x3 + i), d)
  }
  v128.store(out, a)
  v128.store(out + outBytes, b)
  v128.store(out + 2 * outBytes, c)
  v128.store(out + 3 * outBytes, d)
}
