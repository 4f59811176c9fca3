import { exponential, maxLane, multiplyAdd, sumLanes } from './vector'

/**
 * One query head over `count` cached positions: out = softmax(q . K / sqrt(D)) V (Vaswani et al. 2017), in three passes.
 *
 *   cache    chunks of `chunkPositions` positions, `chunkBytes` apart; this head's part of the first one is at `keys`:
 *              keys    [chunkPositions, stride] f32
 *              values  [chunkPositions, stride] f32, right behind
 *   query    (stride) f32; stride is the head size rounded up to 4, the rest zeros in query and cache
 *   scores   room for count + 3 f32
 *   out      (stride) f32
 */
export function attendHead(
  query: usize, keys: usize, chunkPositions: i32, chunkBytes: usize, stride: i32, scale: f32, count: i32, scores: usize, out: usize,
): void {
  const rowBytes = <usize>stride << 2
  scoreAll(query, keys, <usize>chunkPositions, chunkBytes, rowBytes, scale, <usize>count, scores)
  const sum = exponentiate(scores, <usize>count)
  mix(scores, keys + <usize>chunkPositions * rowBytes, <usize>chunkPositions, chunkBytes, rowBytes, 1 / sum, <usize>count, out)
}

function scoreAll(
  query: usize, keys: usize, chunkPositions: usize, chunkBytes: usize, rowBytes: usize, scale: f32, count: usize, scores: usize,
): void {
  for (let first: usize = 0; first < count; first += chunkPositions, keys += chunkBytes) {
    let key = keys
    const end = min(first + chunkPositions, count)
    for (let position = first; position < end; position++, key += rowBytes) {
      let a = f32x4.splat(0)
      let b = f32x4.splat(0)
      let i: usize = 0
      for (; i + 32 <= rowBytes; i += 32) {
        a = multiplyAdd(v128.load(query + i), v128.load(key + i), a)
        b = multiplyAdd(v128.load(query + i, 16), v128.load(key + i, 16), b)
      }
      if (i < rowBytes) a = multiplyAdd(v128.load(query + i), v128.load(key + i), a)
      store<f32>(scores + (position << 2), sumLanes(f32x4.add(a, b)) * scale)
    }
  }
}

/** scores := exp(scores - their largest); returns the sum. */
function exponentiate(scores: usize, count: usize): f32 {
  const end = scores + (count << 2)
  for (let i: usize = 0; i < 3; i++) store<f32>(end + (i << 2), -Infinity)
  let largest = f32x4.splat(-Infinity)
  for (let at = scores; at < end; at += 16) largest = f32x4.max(largest, v128.load(at))
  const maximum = f32x4.splat(maxLane(largest))
  let sum = f32x4.splat(0)
  for (let at = scores; at < end; at += 16) {
    const e = exponential(f32x4.sub(v128.load(at), maximum))
    v128.store(at, e)
    sum = f32x4.add(sum, e)
  }
  return sumLanes(sum)
}

/** out = factor * sum over positions of scores[p] * value[p], 16 values of the head at a time, then 4. */
function mix(
  scores: usize, values: usize, chunkPositions: usize, chunkBytes: usize, rowBytes: usize, factor: f32, count: usize, out: usize,
): void {
  const factors = f32x4.splat(factor)
  let d: usize = 0
  for (; d + 64 <= rowBytes; d += 64) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let e = f32x4.splat(0)
    let chunk = values + d
    for (let first: usize = 0; first < count; first += chunkPositions, chunk += chunkBytes) {
      let value = chunk
      const end = min(first + chunkPositions, count)
      for (let position = first; position < end; position++, value += rowBytes) {
        const weight = v128.load32_splat(scores + (position << 2))
        a = multiplyAdd(weight, v128.load(value), a)
        b = multiplyAdd(weight, v128.load(value, 16), b)
        c = multiplyAdd(weight, v128.load(value, 32), c)
        e = multiplyAdd(weight, v128.load(value, 48), e)
      }
    }
    v128.store(out + d, f32x4.mul(a, factors))
    v128.store(out + d, f32x4.mul(b, factors), 16)
    v128.store(out + d, f32x4.mul(c, factors), 32)
    v128.store(out + d, f32x4.mul(e, factors), 48)
  }
  for (; d < rowBytes; d += 16) {
    let a = f32x4.splat(0)
    let chunk = values + d
    for (let first: usize = 0; first < count; first += chunkPositions, chunk += chunkBytes) {
      let value = chunk
      const end = min(first + chunkPositions, count)
      for (let position = first; position < end; position++, value += rowBytes)
        a = multiplyAdd(v128.load32_splat(scores + (position << 2)), v128.load(value), a)
    }
    v128.store(out + d, f32x4.mul(a, factors))
  }
}
