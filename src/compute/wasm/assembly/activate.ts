// The MLP's activations; what the codes stand for: `Workspace.activation`.
import { exponential } from './vector'

const SILU = 0
const GELU = 1
const GELU_TANH = 2

/** out[i] = activation(x[i]) * factor[i], or without `factor` (0) activation(x[i]), for i in from..to; all f32, out may be x. */
export function activate(activation: i32, x: usize, factor: usize, out: usize, from: i32, to: i32): void {
  let i = <usize>from << 2
  const end = <usize>to << 2
  const gated = factor != 0
  for (; i + 16 <= end; i += 16) {
    const value = activated(activation, v128.load(x + i))
    v128.store(out + i, gated ? f32x4.mul(value, v128.load(factor + i)) : value)
  }
  for (; i < end; i += 4) {
    const value: f32 = f32x4.extract_lane(activated(activation, v128.load32_splat(x + i)), 0)
    store<f32>(out + i, gated ? value * load<f32>(factor + i) : value)
  }
}

@inline
function activated(activation: i32, x: v128): v128 {
  if (activation == SILU) return timesSigmoid(x, x)
  if (activation == GELU_TANH) return geluTanh(x)
  return activation == GELU ? gelu(x) : f32x4.max(x, f32x4.splat(0))
}

/** x / (1 + e^-y) */
@inline
function timesSigmoid(x: v128, y: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exponential(f32x4.neg(y))))
}

/** x/2 (1 + tanh y) with y = sqrt(2/pi) (x + 0.044715 x^3) (Hendrycks and Gimpel 2016), which is x / (1 + e^-2y). */
@inline
function geluTanh(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), f32x4.mul(x, f32x4.splat(0.044715)))
  return timesSigmoid(x, f32x4.mul(f32x4.add(x, cube), f32x4.splat(1.5957691216)))
}

/** x/2 (1 + erf(x / sqrt 2)), erf as in Abramowitz and Stegun 1964, 7.1.26: off by at most 1.5e-7. */
function gelu(x: v128): v128 {
  const one = f32x4.splat(1)
  const y = f32x4.mul(x, f32x4.splat(0.70710678))
  const magnitude = f32x4.abs(y)
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(magnitude, f32x4.splat(0.3275911))))
  let series = f32x4.splat(1.061405429)
  series = f32x4.add(f32x4.mul(series, t), f32x4.splat(-1.453152027))
  series = f32x4.add(f32x4.mul(series, t), f32x4.splat(1.421413741))
  series = f32x4.add(f32x4.mul(series, t), f32x4.splat(-0.284496736))
  series = f32x4.add(f32x4.mul(series, t), f32x4.splat(0.254829592))
  const tail = f32x4.mul(f32x4.mul(series, t), exponential(f32x4.neg(f32x4.mul(y, y))))
  const sign = v128.and(y, i32x4.splat(0x80000000))
  const erf = v128.or(f32x4.sub(one, tail), sign)
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(one, erf))
}
