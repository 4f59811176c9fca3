import { rowFloat, tileFloat } from './tile-float'

/**
 * out[r, 4g + lane] (+)= sum over c of W[4g + lane, c] * x[r, c], for `groups` (an even number) of interleaved rows, `groupBytes` apart; T as in tile-float.ts.
 *
 *   x    [rows, ...] f32, rows `xBytes` apart
 *   out  [rows, 4 * groups] f32, rows `outBytes` apart; with `adds` the sums begin with what is there
 *
 * Four rows of x at a time: x and out have room for a whole number of fours, and what the last rows hold is of no account.
 */
export function productRows<T>(
  w: usize, groupBytes: usize, groups: i32, columns: i32, x: usize, xBytes: usize, rows: i32, out: usize, outBytes: usize,
  adds: bool,
): void {
  if (rows == 1) {
    rowFloat<T>(w, groupBytes, groups, columns, x, out, adds)
    return
  }
  for (let r: usize = 0; r < <usize>rows; r += 4)
    for (let g: usize = 0; g < <usize>groups; g += 2)
      tileFloat<T>(w + g * groupBytes, groupBytes, columns, x + r * xBytes, xBytes, out + r * outBytes + (g << 4), outBytes, adds)
}
