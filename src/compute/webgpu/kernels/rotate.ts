import type { Rope } from '../../../model/config.ts'

/**
 * cos and sin of every token and pair, [T, rotatedSize / 2, 2]: computed here in float64, because a GPU's own sine is only good for
 * small angles.
 */
export function ropeAngles(positions: readonly number[], frequencies: Float32Array): Float32Array<ArrayBuffer> {
  const angles = new Float32Array(positions.length * frequencies.length * 2)
  positions.forEach((position, token) => {
    frequencies.forEach((frequency, pair) => {
      const at = (token * frequencies.length + pair) * 2
      angles[at] = Math.cos(position * frequency)
      angles[at + 1] = Math.sin(position * frequency)
    })
  })
  return angles
}

/** WGSL of `fn headValue(head, i, token) -> f32`: `normedValue(head, i)` of a head, turned (Su et al. 2021) if at all. */
export function turnedWgsl(rope: Rope | null): string {
  if (rope === null) return 'fn headValue(head : i32, i : i32, token : i32) -> f32 { return normedValue(head, i); }'
  const { layout, rotatedSize } = rope
  const half = rotatedSize / 2
  const pairing =
    layout === 'interleaved'
      ? 'let pair = i / 2; let first = i % 2 == 0; let partner = i ^ 1;'
      : `let pair = i % ${half}; let first = i < ${half}; let partner = select(i - ${half}, i + ${half}, first);`
  return `
    fn headValue(head : i32, i : i32, token : i32) -> f32 {
      let value = normedValue(head, i);
      if (i >= ${rotatedSize}) { return value; }
      ${pairing}
      let other = normedValue(head, partner);
      let at = (token * ${half} + pair) * 2;
      return value * angles[at] + select(other, -other, first) * angles[at + 1];
    }`
}
