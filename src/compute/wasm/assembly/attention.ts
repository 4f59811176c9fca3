import { productRows } from './attention-products'
import { addTo, expand, exponential, maxLane, sumLanes, TINY_TIMES } from './vector'
import { ws } from './workspace'

/** Rows of queries that go together at most; the memory plan knows both numbers (../memory-layout.ts). */
export const ROWS: i32 = 32
/** Positions that they meet at a time. */
export const BLOCK: i32 = 64

/**
 * `rows` queries that share a KV head: out = softmax(q . K / sqrt(D) + mask) V (Vaswani et al. 2017), one block of positions after the
 * other, with the maximum and the sum so far (Milakov and Gimelshein 2018), so that what it needs does not grow with the context.
 *
 *   query    [rows, headStride] f32, zeros past headSize; row r is token (firstToken + r) % tokens of a tile that begins at `position`
 *   keys     this head's in the first of the cache's chunks (key-value-cache.ts); T is f32, or i16 for halves: then the queries are
 *            TINY_TIMES what they are, and so are the weights here
 *   seen     positions that every token sees where the model is not causal
 *   scratch  out [ROWS, headStride] | scores [ROWS, BLOCK] | maximum [ROWS] | sum [ROWS] | one block's keys and values as f32, if halves
 *
 * A row's result does not depend on the rows beside it: what it may not see weighs exactly 0.
 */
export function attendRows<T>(
  query: usize, rows: i32, firstToken: i32, tokens: i32, position: i32, seen: i32, keys: usize, scratch: usize,
): void {
  const rowBytes = <usize>ws.headStride << 2
  memory.fill(scratch, 0, <usize>rows * rowBytes)
  for (let r = 0; r < rows; r++) {
    store<f32>(maximumOf(scratch, r), -Infinity)
    store<f32>(sumOf(scratch, r), 0)
  }
  // The cache is a ring: rows below `turn` were written in the last round.
  const end = ws.causal ? position + tokens : seen
  const turn = end % ws.capacity
  const round = end - turn
  attendSpan<T>(query, rows, firstToken, tokens, position, end, keys, scratch, round, 0, turn)
  if (round > 0) attendSpan<T>(query, rows, firstToken, tokens, position, end, keys, scratch, round - ws.capacity, turn, ws.capacity)
  for (let r = 0; r < rows; r++) scaleRow(scratch + <usize>r * rowBytes, 1 / load<f32>(sumOf(scratch, r)))
}

/** Of the cache's rows `from..to`, which hold positions `offset + row`, those that any of the queries sees. */
function attendSpan<T>(
  query: usize, rows: i32, firstToken: i32, tokens: i32, position: i32, end: i32, keys: usize, scratch: usize,
  offset: i32, from: i32, to: i32,
): void {
  const wraps = firstToken + rows > tokens
  const earliest = firstSeen(position + (wraps ? 0 : firstToken))
  const latest = ws.causal ? position + (wraps ? tokens : firstToken + rows) : end
  const last = min(to, latest - offset)
  for (let row = max(from, earliest - offset); row < last; ) {
    const chunk = row / ws.chunkPositions
    const inChunk = row % ws.chunkPositions
    const block = inChunk & -BLOCK
    const stop = min(last - chunk * ws.chunkPositions, min(block + BLOCK, ws.chunkPositions))
    const chunkKeys = keys + <usize>chunk * ws.chunkBytes
    const blockPosition = offset + chunk * ws.chunkPositions + block
    scoreBlock<T>(query, rows, chunkKeys, block, inChunk - block, stop - block, scratch)
    for (let r = 0; r < rows; r++) {
      const own = position + ((firstToken + r) % tokens)
      const low = max(inChunk - block, firstSeen(own) - blockPosition)
      const high = min(stop - block, ws.causal ? own + 1 - blockPosition : BLOCK)
      weighRow<T>(scratch, r, inChunk - block, stop - block, low, high, blockPosition)
    }
    mixBlock<T>(rows, chunkKeys, block, inChunk - block, stop - block, scratch)
    row = chunk * ws.chunkPositions + stop
  }
}

/** The first position that one at `position` sees. */
@inline
function firstSeen(position: i32): i32 {
  return ws.attentionWindow == 0 ? 0 : max(0, position - ws.attentionWindow + 1)
}

/** scores[r, i] = query[r] . key of row block + i, for i in from..to and some around them. */
function scoreBlock<T>(query: usize, rows: i32, chunkKeys: usize, block: i32, from: i32, to: i32, scratch: usize): void {
  const stride = <usize>ws.headStride
  const first = from & ~15
  const count = ((to + 15) & ~15) - first
  const keys = chunkKeys + <usize>(block + first) * stride * sizeof<T>()
  const scores = scoresOf(scratch) + (<usize>first << 2)
  if (!isExpanded<T>(rows)) {
    productRows<T>(keys, stride * (4 * sizeof<T>()), count >> 2, ws.headStride, query, stride << 2, rows, scores, BLOCK << 2, false)
    return
  }
  const expanded = expandedOf(scratch)
  expand(keys, <usize>count * stride, expanded)
  productRows<f32>(expanded, stride << 4, count >> 2, ws.headStride, query, stride << 2, rows, scores, BLOCK << 2, false)
}

/** out[r] += sum over i in from..to of scores[r, i] * value of row block + i. */
function mixBlock<T>(rows: i32, chunkKeys: usize, block: i32, from: i32, to: i32, scratch: usize): void {
  const stride = <usize>ws.headStride
  const groups = ws.headStride >> 2
  const values = chunkKeys + <usize>ws.chunkPositions * stride * sizeof<T>()
  const first = values + <usize>(block + from) * (4 * sizeof<T>())
  const groupBytes = <usize>ws.chunkPositions * (4 * sizeof<T>())
  const weights = scoresOf(scratch) + (<usize>from << 2)
  if (!isExpanded<T>(rows)) {
    productRows<T>(first, groupBytes, groups, to - from, weights, BLOCK << 2, rows, scratch, stride << 2, true)
    return
  }
  const expanded = expandedOf(scratch)
  for (let g: usize = 0; g < <usize>groups; g++)
    expand(first + g * groupBytes, <usize>(to - from) << 2, expanded + g * (BLOCK << 4))
  productRows<f32>(expanded, BLOCK << 4, groups, to - from, weights, BLOCK << 2, rows, scratch, stride << 2, true)
}

/** Halves that more than one tile of queries meets are made f32 once; without fused products one tile pays for it already. */
@inline
function isExpanded<T>(rows: i32): bool {
  return sizeof<T>() == 2 && rows > (ASC_FEATURE_RELAXED_SIMD ? 4 : 1)
}

/** Row r's scores from..to become weights, exp(score - maximum so far), 0 where not in low..high; what was summed before is scaled along. */
function weighRow<T>(scratch: usize, r: i32, from: i32, to: i32, low: i32, high: i32, blockPosition: i32): void {
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
function scoresOf(scratch: usize): usize {
  return scratch + (<usize>(ROWS * ws.headStride) << 2)
}

@inline
function maximumOf(scratch: usize, r: i32): usize {
  return scoresOf(scratch) + (<usize>(ROWS * BLOCK + r) << 2)
}

@inline
function sumOf(scratch: usize, r: i32): usize {
  return maximumOf(scratch, ROWS + r)
}

@inline
function expandedOf(scratch: usize): usize {
  return maximumOf(scratch, 2 * ROWS)
}
