// Norms of one row: x, gain, bias and out (size) f32; out may be x.
import { sumLanes } from './vector'

/** out = x / rms(x) * gain (Zhang and Sennrich 2019). */
export function rmsNorm(x: usize, gain: usize, out: usize, size: i32, epsilon: f32): void {
  const bytes = <usize>size << 2
  const vectorBytes = bytes & ~15
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
}

/** out = (x - mean(x)) / sqrt(variance(x) + epsilon) * gain + bias (Ba et al. 2016), the mean first, for its difference's sake. */
export function layerNorm(x: usize, gain: usize, bias: usize, out: usize, size: i32, epsilon: f32): void {
  const bytes = <usize>size << 2
  const vectorBytes = bytes & ~15
  let sums = f32x4.splat(0)
  let rest: f32 = 0
  let i: usize = 0
  for (; i < vectorBytes; i += 16) sums = f32x4.add(sums, v128.load(x + i))
  for (; i < bytes; i += 4) rest += load<f32>(x + i)
  const mean: f32 = (sumLanes(sums) + rest) / <f32>size
  let squares = f32x4.splat(0)
  rest = 0
  for (i = 0; i < vectorBytes; i += 16) {
    const v = f32x4.sub(v128.load(x + i), f32x4.splat(mean))
    squares = f32x4.add(squares, f32x4.mul(v, v))
  }
  for (; i < bytes; i += 4) rest += (load<f32>(x + i) - mean) * (load<f32>(x + i) - mean)
  shiftAndScale(x, gain, bias, out, bytes, mean, 1 / Mathf.sqrt((sumLanes(squares) + rest) / <f32>size + epsilon))
}

/** out = x * gain + bias (MobileBERT's NoNorm, Sun et al. 2020). */
export function affineNorm(x: usize, gain: usize, bias: usize, out: usize, size: i32): void {
  shiftAndScale(x, gain, bias, out, <usize>size << 2, 0, 1)
}

/** out = (x - shift) * scale * gain + bias */
function shiftAndScale(x: usize, gain: usize, bias: usize, out: usize, bytes: usize, shift: f32, scale: f32): void {
  const vectorBytes = bytes & ~15
  const shifts = f32x4.splat(shift)
  const scales = f32x4.splat(scale)
  let i: usize = 0
  for (; i < vectorBytes; i += 16) {
    const v = f32x4.mul(f32x4.sub(v128.load(x + i), shifts), scales)
    v128.store(out + i, f32x4.add(f32x4.mul(v, v128.load(gain + i)), v128.load(bias + i)))
  }
  for (; i < bytes; i += 4)
    store<f32>(out + i, (load<f32>(x + i) - shift) * scale * load<f32>(gain + i) + load<f32>(bias + i))
}
