import { exponential, maxLane, sumLanes } from './vector'

/** Logits of a block. */
export const LOGIT_BLOCK = 256

/**
 * Divides logits and tells of each block what sampling needs most: values[i] := values[i] / divisor, in double precision as elsewhere, and
 * out[b] = (largest of block b, sum over the block of e^(value - largest)), for blocks b in from..to; the last one may be shorter.
 *
 *   values   (count) f32, at any multiple of 4
 *   divisor  f64 at this address
 *   out      [blocks, 2] f32; a NaN in a block makes both of its values NaN
 */
export function summarize(values: usize, count: i32, divisor: usize, out: usize, from: i32, to: i32): void {
  const by = load<f64>(divisor)
  for (let b = from; b < to; b++) {
    const start = values + (<usize>(b * LOGIT_BLOCK) << 2)
    const bytes = <usize>min(LOGIT_BLOCK, count - b * LOGIT_BLOCK) << 2
    if (by != 1) divide(start, bytes, by)
    const largest = largestOf(start, bytes)
    store<f32>(out + (<usize>b << 3), largest)
    store<f32>(out + (<usize>b << 3), sumOfExponentials(start, bytes, largest), 4)
  }
}

function divide(at: usize, bytes: usize, by: f64): void {
  for (const end = at + bytes; at < end; at += 4) store<f32>(at, <f32>(<f64>load<f32>(at) / by))
}

function largestOf(at: usize, bytes: usize): f32 {
  let lanes = f32x4.splat(-Infinity)
  let largest: f32 = -Infinity
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) lanes = f32x4.max(lanes, v128.load(at + i))
  for (; i < bytes; i += 4) largest = max(largest, load<f32>(at + i))
  return max(largest, maxLane(lanes))
}

function sumOfExponentials(at: usize, bytes: usize, largest: f32): f32 {
  const shift = f32x4.splat(largest)
  let lanes = f32x4.splat(0)
  let sum: f32 = 0
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) lanes = f32x4.add(lanes, exponential(f32x4.sub(v128.load(at + i), shift)))
  for (; i < bytes; i += 4)
    sum += f32x4.extract_lane(exponential(f32x4.sub(v128.load32_splat(at + i), shift)), 0)
  return sum + sumLanes(lanes)
}
