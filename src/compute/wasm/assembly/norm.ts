import { sumLanes } from './vector'

/** out = x / rms(x) * gain (Zhang and Sennrich 2019); x, out (T, size) f32, gain (size) f32. */
export function rmsNorm(x: usize, gain: usize, out: usize, size: i32, tokens: i32, epsilon: f32): void {
  const bytes = <usize>size << 2
  const vectorBytes = bytes & ~15
  for (let t = 0; t < tokens; t++) {
    let squares = f32x4.splat(0)
    let rest: f32 = 0
    let i: usize = 0
    for (; i < vectorBytes; i += 16) {
      const v = v128.load(x + i)
      squares = f32x4.add(squares, f32x4.mul(v, v))
    }
    for (; i < bytes; i += 4) rest += load<f32>(x + i) * load<f32>(x + i)
    const scale: f32 = 1 / Mathf.sqrt((sumLanes(squares) + rest) / <f32>size + epsilon)
    const scales = f32x4.splat(scale)
    for (i = 0; i < vectorBytes; i += 16)
      v128.store(out + i, f32x4.mul(f32x4.mul(v128.load(x + i), scales), v128.load(gain + i)))
    for (; i < bytes; i += 4) store<f32>(out + i, load<f32>(x + i) * scale * load<f32>(gain + i))
    x += bytes
    out += bytes
  }
}
