/**
 * Rotates one head by its token's position (Su et al. 2021): from (headSize) f32 -> to (headSize) f32, not in place.
 *
 *   turns   [rotatedSize / 2, 2] f32: cosine, sine of position * frequency
 *   pairs   (2i, 2i + 1), or with `halfSplit` (i, i + rotatedSize / 2); the values past rotatedSize are copied
 */
export function rotateHead(from: usize, to: usize, turns: usize, headSize: i32, rotatedSize: i32, halfSplit: bool): void {
  const pairs = <usize>rotatedSize >> 1
  const partner: usize = halfSplit ? pairs << 2 : 4
  const step: usize = halfSplit ? 2 : 3
  for (let i: usize = 0; i < pairs; i++) {
    const at = i << step
    const a = load<f32>(from + at)
    const b = load<f32>(from + at + partner)
    const cosine = load<f32>(turns + (i << 3))
    const sine = load<f32>(turns + (i << 3), 4)
    store<f32>(to + at, a * cosine - b * sine)
    store<f32>(to + at + partner, a * sine + b * cosine)
  }
  const done = pairs << 3
  memory.copy(to + done, from + done, (<usize>headSize << 2) - done)
}
