import { exponential } from './vector'

@inline
function siluTimes(gate: v128, up: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.mul(f32x4.div(gate, f32x4.add(one, exponential(f32x4.neg(gate)))), up)
}

/** out[i] = silu(gate[i]) * up[i] (Shazeer 2020, SwiGLU) for i in from..to; gate, up and out f32. */
export function swiglu(gate: usize, up: usize, out: usize, from: i32, to: i32): void {
  let i = <usize>from << 2
  const end = <usize>to << 2
  for (; i + 16 <= end; i += 16) v128.store(out + i, siluTimes(v128.load(gate + i), v128.load(up + i)))
  for (; i < end; i += 4) {
    const value = siluTimes(v128.load32_splat(gate + i), v128.load32_splat(up + i))
    store<f32>(out + i, f32x4.extract_lane(value, 0))
  }
}
