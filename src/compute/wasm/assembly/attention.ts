import { addTo, exponential, maxLane, multiplyAdd, sumLanes } from './vector'

/**
 * One query head over `count` cached positions, the first one in cache row `first`: out = softmax(q . K / sqrt(D) + mask) V (Vaswani et
 * al. 2017), in three passes.
 *
 *   cache    a ring of `capacity` rows in chunks of `chunkPositions`, `chunkBytes` apart; this head's part of the first chunk is at `keys`:
 *              keys    [chunkPositions, stride] f32
 *              values  [chunkPositions, stride] f32, right behind
 *   query    (stride) f32; stride is the head size rounded up to 4, the rest zeros in query and cache
 *   mask     (count) f32, 0 or -Infinity, or address 0: none
 *   scores   room for count + 3 f32
 *   out      (stride) f32
 */
export function attendHead(
  query: usize, keys: usize, chunkPositions: i32, chunkBytes: usize, capacity: i32, stride: i32, scale: f32,
  first: i32, count: i32, mask: usize, scores: usize, out: usize,
): void {
  const rowBytes = <usize>stride << 2
  const values = keys + <usize>chunkPositions * rowBytes
  scoreAll(query, keys, chunkPositions, chunkBytes, capacity, rowBytes, scale, first, count, scores)
  if (mask != 0) addTo(scores, mask, count)
  const sum = exponentiate(scores, <usize>count)
  mix(scores, values, chunkPositions, chunkBytes, capacity, rowBytes, 1 / sum, first, count, out)
}

/** Rows from `row` on that lie side by side: up to the end of the chunk, of the ring, or of what is wanted. */
@inline
function runLength(row: i32, wanted: i32, chunkPositions: i32, capacity: i32): i32 {
  return min(wanted, min(chunkPositions - (row % chunkPositions), capacity - row))
}

@inline
function rowAddress(base: usize, row: i32, chunkPositions: i32, chunkBytes: usize, rowBytes: usize): usize {
  return base + <usize>(row / chunkPositions) * chunkBytes + <usize>(row % chunkPositions) * rowBytes
}

function scoreAll(
  query: usize, keys: usize, chunkPositions: i32, chunkBytes: usize, capacity: i32, rowBytes: usize, scale: f32,
  first: i32, count: i32, scores: usize,
): void {
  for (let row = first, done = 0; done < count; ) {
    const run = runLength(row, count - done, chunkPositions, capacity)
    let key = rowAddress(keys, row, chunkPositions, chunkBytes, rowBytes)
    const end = scores + (<usize>run << 2)
    for (; scores < end; scores += 4, key += rowBytes) {
      let a = f32x4.splat(0)
      let b = f32x4.splat(0)
      let i: usize = 0
      for (; i + 32 <= rowBytes; i += 32) {
        a = multiplyAdd(v128.load(query + i), v128.load(key + i), a)
        b = multiplyAdd(v128.load(query + i, 16), v128.load(key + i, 16), b)
      }
      if (i < rowBytes) a = multiplyAdd(v128.load(query + i), v128.load(key + i), a)
      store<f32>(scores, sumLanes(f32x4.add(a, b)) * scale)
    }
    done += run
    row = row + run == capacity ? 0 : row + run
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
  scores: usize, values: usize, chunkPositions: i32, chunkBytes: usize, capacity: i32, rowBytes: usize, factor: f32,
  first: i32, count: i32, out: usize,
): void {
  const factors = f32x4.splat(factor)
  let d: usize = 0
  for (; d + 64 <= rowBytes; d += 64) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let e = f32x4.splat(0)
    let score = scores
    for (let row = first, done = 0; done < count; ) {
      const run = runLength(row, count - done, chunkPositions, capacity)
      let value = rowAddress(values, row, chunkPositions, chunkBytes, rowBytes) + d
      const end = score + (<usize>run << 2)
      for (; score < end; score += 4, value += rowBytes) {
        const weight = v128.load32_splat(score)
        a = multiplyAdd(weight, v128.load(value), a)
        b = multiplyAdd(weight, v128.load(value, 16), b)
        c = multiplyAdd(weight, v128.load(value, 32), c)
        e = multiplyAdd(weight, v128.load(value, 48), e)
      }
      done += run
      row = row + run == capacity ? 0 : row + run
    }
    v128.store(out + d, f32x4.mul(a, factors))
    v128.store(out + d, f32x4.mul(b, factors), 16)
    v128.store(out + d, f32x4.mul(c, factors), 32)
    v128.store(out + d, f32x4.mul(e, factors), 48)
  }
  for (; d < rowBytes; d += 16) {
    let a = f32x4.splat(0)
    let score = scores
    for (let row = first, done = 0; done < count; ) {
      const run = runLength(row, count - done, chunkPositions, capacity)
      let value = rowAddress(values, row, chunkPositions, chunkBytes, rowBytes) + d
      const end = score + (<usize>run << 2)
      for (; score < end; score += 4, value += rowBytes)
        a = multiplyAdd(v128.load32_splat(score), v128.load(value), a)
      done += run
      row = row + run == capacity ? 0 : row + run
    }
    v128.store(out + d, f32x4.mul(a, factors))
  }
}
