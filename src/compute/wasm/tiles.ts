// A step's tokens in the pieces that kernels take.
import { HeadroomError } from '../../base/errors.ts'

/** Tokens a sublayer call takes at once; a longer step is cut into tiles. */
export const TILE = 32
/** Tokens the output head takes at once: logits are wide. */
export const HEAD_TILE = 4

export interface Tile {
  first: number
  count: number
}

const ofOneToken: readonly Tile[] = [{ first: 0, count: 1 }]

/** The tiles of `total` tokens, at most `size` each; of one token, as most steps have, always the same. */
export function tiles(total: number, size: number): readonly Tile[] {
  if (total === 1) return ofOneToken
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => ({
    first: i * size,
    count: Math.min(size, total - i * size),
  }))
}

/** Throws `internal` where the cache could not hold a key or value; halves end at 65504. */
export function requireFinite(held: number | boolean, position: number): void {
  if (held) return
  const text = `The model computed a key or value near position ${position} that is infinite, NaN or too large: this device's weights are broken. Reload the page, or remove the device.`
  throw new HeadroomError('internal', text)
}
