// What attention keeps of each query while it goes through the cache, and the softmax over what it has seen.
//
//   scratch  out [ROWS, headStride] | scores [ROWS, BLOCK] | maximum [ROWS] | sum [ROWS] | a block's keys or values as f32, if halves
import { addTo, exponential, maxLane, sumLanes, TINY_TIMES } from './vector'
import { ws } from './workspace'

/** Rows of queries that go together at most; the memory plan knows both numbers (../memory-layout.ts). */
export const ROWS: i32 = 32
/** Positions that they meet at a time. */
export const BLOCK: i32 = 64

/** Row r's scores from..to become weights, exp(score - maximum so far), 0 where not in low..high; what was summed before is scaled along. */
export function weighRow<T>(scratch: usize, r: i32, from: i32, to: i32, low: i32, high: i32, blockPosition: i32): void {
  const scores = scoresOf(scratch) + <usize>(r * BLOCK) * 4
  if (low >= high) {
    memory.fill(scores + (<usize>from << 2), 0, <usize>(to - from) << 2)
    return
  }
  if (!ws.causal) addTo(scores + (<usize>low << 2), ws.mask + (<usize>(blockPosition + low) << 2), high - low)
  const begin = scores + (<usize>(low & ~3) << 2)
  const end = scores + (<usize>((high + 3) & ~3) << 2)
  for (let at = begin; at < scores + (<usize>low << 2); at += 4) store<f32>(at, -Infinity)
  for (let at = scores + (<usize>high << 2); at < end; at += 4) store<f32>(at, -Infinity)
  let largest = f32x4.splat(-Infinity)
  for (let at = begin; at < end; at += 16) largest = f32x4.max(largest, v128.load(at))

  const scale: f32 = 1 / Mathf.sqrt(<f32>ws.headSize)
  const before = load<f32>(maximumOf(scratch, r))
  const maximum = max(before, maxLane(largest) * scale)
  let total = load<f32>(sumOf(scratch, r))
  if (maximum != before) {
    const factor: f32 = f32x4.extract_lane(exponential(f32x4.splat(before - maximum)), 0)
    total *= factor
    scaleRow(scratch + (<usize>(r * ws.headStride) << 2), factor)
    store<f32>(maximumOf(scratch, r), maximum)
  }
  let sum = f32x4.splat(0)
  for (let at = begin; at < end; at += 16) {
    const score = v128.load(at)
    const weight = exponential(f32x4.sub(f32x4.mul(score, f32x4.splat(scale)), f32x4.splat(maximum)))
    const seen = v128.and(weight, f32x4.ne(score, f32x4.splat(-Infinity)))
    sum = f32x4.add(sum, seen)
    v128.store(at, sizeof<T>() == 2 ? f32x4.mul(seen, f32x4.splat(TINY_TIMES)) : seen)
  }
  store<f32>(sumOf(scratch, r), total + sumLanes(sum))
  memory.fill(scores + (<usize>from << 2), 0, begin - min(begin, scores + (<usize>from << 2)))
  const after = scores + (<usize>to << 2)
  memory.fill(end, 0, max(after, end) - end)
}

/** row (headStride) f32 *= factor */
export function scaleRow(row: usize, factor: f32): void {
  const end = row + (<usize>ws.headStride << 2)
  for (; row < end; row += 16) v128.store(row, f32x4.mul(v128.load(row), f32x4.splat(factor)))
}

@inline
export function scoresOf(scratch: usize): usize {
  return scratch + (<usize>(ROWS * ws.headStride) << 2)
}

@inline
export function maximumOf(scratch: usize, r: i32): usize {
  return scoresOf(scratch) + (<usize>(ROWS * BLOCK + r) << 2)
}

@inline
export function sumOf(scratch: usize, r: i32): usize {
  return maximumOf(scratch, ROWS + r)
}

@inline
export function expandedOf(scratch: usize): usize {
  return maximumOf(scratch, 2 * ROWS)
}
