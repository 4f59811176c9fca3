import { productRows } from './attention-products'
import { BLOCK, expandedOf, maximumOf, scaleRow, scoresOf, sumOf, weighRow } from './attention-rows'
import { fetchHead } from './key-value-cache'
import { expand } from './vector'
import { ws } from './workspace'

/**
 * `rows` queries that share a KV head: out = softmax(q . K / sqrt(D) + mask) V (Vaswani et al. 2017), one block of positions after the
 * other, with the maximum and the sum so far (Milakov and Gimelshein 2018), so that what it needs does not grow with the context.
 *
 *   query    [rows, headStride] f32, zeros past headSize; row r is token (firstToken + r) % tokens of a tile that begins at `position`
 *   keys     this head's in the first of the cache's chunks (key-value-cache.ts); T is f32, or i16 for halves: then the queries are
 *            TINY_TIMES what they are, and so are the weights here
 *   seen     positions that every token sees where the model is not causal
 *   scratch  of a thread (attention-rows.ts); the result is in its first rows
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
    // More queries than four multiply so often that memory keeps up.
    if (rows <= 4 && inChunk == 0 && last - row >= ws.chunkPositions) fetchHead(chunkKeys, scoresOf(scratch))
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
