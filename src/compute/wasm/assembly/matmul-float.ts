import { rowFloat, tileFloat } from './tile-float'

/**
 * out[t, 4g + r] = sum over c of W[4g + r, c] * x[t, c], for row groups g in from..to; T is f32, or u16 for halves.
 *
 *   W    group g, column c: four values, value r is row 4g + r      | r0 c | r1 c | r2 c | r3 c |
 *   x    [T, columns] f32, one value splat over the lanes
 *   out  [T, stride] f32
 *
 * Every lane adds its columns in order, whatever the tile, so that one token at a time gives the same bits as many at once.
 * Tiles: 2 groups times 4 tokens (tile-float.ts), else 4 groups times one token (four sums in flight).
 */
export function multiplyFloat<T>(
  weights: usize, columns: i32, from: i32, to: i32, x: usize, tokens: i32, out: usize, stride: i32,
): void {
  const groupBytes = <usize>columns * (4 * sizeof<T>())
  const tokenBytes = <usize>columns << 2
  const outBytes = <usize>stride << 2
  const tiled = to - from > 1 ? <usize>tokens & ~3 : 0
  // Of an odd number of groups the last tile does one again.
  for (let g = from; tiled > 0 && g < to; g += 2) {
    const first = <usize>min(g, to - 2)
    for (let t: usize = 0; t < tiled; t += 4)
      tileFloat<T>(weights + first * groupBytes, groupBytes, columns, x + t * tokenBytes, tokenBytes, out + t * outBytes + (first << 4), outBytes, false)
  }
  for (let t = tiled; t < <usize>tokens; t++)
    rowFloat<T>(
      weights + <usize>from * groupBytes, groupBytes, to - from, columns,
      x + t * tokenBytes, out + t * outBytes + (<usize>from << 4), false,
    )
}
