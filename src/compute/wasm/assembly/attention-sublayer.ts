// A thread's part of each stage of an attention sublayer, over a tile of T tokens whose input is workspace.normed.
import { attendHead } from './attention'
import { multiplyUnits, normalizeRows, rowUnits } from './dense'
import { rotateHead } from './rope'
import { Attention, Norm } from './structures'
import { present, ws } from './workspace'

/** Heads of one token that make a unit of rotating. */
const UNIT_HEADS = 16
/** Values of keys that make a unit of attending: half a microsecond. */
const UNIT_KEYS = 6144

/** Rows of queries, of keys behind them, then of values. */
export function headUnits(job: Attention): i32 {
  return rowUnits(job.query) + rowUnits(job.key) + (job.valueOfResidual ? 0 : rowUnits(job.value))
}

/** Queries, keys and values of the tile. */
export function projectHeads(job: Attention, tokens: i32, from: i32, to: i32): void {
  const keys = rowUnits(job.query)
  const values = keys + rowUnits(job.key)
  multiplyUnits(job.query, ws.normed, 0, tokens, ws.first, from, to)
  multiplyUnits(job.key, ws.normed, 0, tokens, ws.second, from - keys, to - keys)
  if (!job.valueOfResidual) multiplyUnits(job.value, ws.normed, 0, tokens, ws.third, from - values, to - values)
}

export function rotateUnitsOf(job: Attention, tokens: i32): i32 {
  return (tokens * (job.queryHeads + job.kvHeads) + UNIT_HEADS - 1) / UNIT_HEADS
}

/** Of a tile that begins at `position`: queries go to the workspace rotated, keys and values to the cache. */
export function rotateUnits(job: Attention, position: i32, tokens: i32, from: i32, to: i32): void {
  const queries = tokens * job.queryHeads
  const first = from * UNIT_HEADS
  const end = min(to * UNIT_HEADS, queries + tokens * job.kvHeads)
  rotateQueries(job, queriesFrom(job, position), first, min(end, queries))
  append(job, position, max(first - queries, 0), end - queries)
}

/** A causal tile's queries are used at once; else those of all tokens wait for the last key. */
@inline
function queriesFrom(job: Attention, position: i32): usize {
  const row = ws.causal ? 0 : position
  return ws.queries + (<usize>(row * job.queryHeads * ws.headStride) << 2)
}

@inline
function turnsOf(token: usize): usize {
  return ws.turns + ((token * ws.rotatedSize) << 2)
}

/** One head from its row to `to`, normed in its row first where the model does so. */
function rotate(norm: Norm, from: usize, to: usize, token: usize): void {
  if (present(norm)) normalizeRows(norm, from, ws.headSize, from, 1)
  rotateHead(from, to, turnsOf(token), ws.headSize, ws.rotatedSize, ws.halfSplit != 0)
}

function rotateQueries(job: Attention, queries: usize, from: i32, to: i32): void {
  for (let item = from; item < to; item++) {
    const token = <usize>(item / job.queryHeads)
    const from = ws.first + ((token * job.query.groups) << 4) + ((<usize>(item % job.queryHeads) * ws.headSize) << 2)
    rotate(job.queryNorm, from, queries + ((<usize>item * ws.headStride) << 2), token)
  }
}

/** This sublayer's keys of one KV head in the chunk that holds row `row`. */
@inline
function cacheHead(job: Attention, row: i32, kvHead: i32): usize {
  const headBytes = (<usize>ws.chunkPositions * ws.headStride) << 3
  return ws.cache + <usize>(row / ws.chunkPositions) * ws.chunkBytes + job.cacheOffset + <usize>kvHead * headBytes
}

/** Rotated keys and values to the cache. The bytes past headSize there are never written: they stay zero. */
function append(job: Attention, position: i32, from: i32, to: i32): void {
  const rowBytes = <usize>ws.headStride << 2
  for (let item = from; item < to; item++) {
    const token = <usize>(item / job.kvHeads)
    const kvHead = item % job.kvHeads
    const row = (position + <i32>token) % ws.capacity
    const column = (<usize>kvHead * ws.headSize) << 2
    const key = cacheHead(job, row, kvHead) + <usize>(row % ws.chunkPositions) * rowBytes
    rotate(job.keyNorm, ws.second + ((token * job.key.groups) << 4) + column, key, token)
    const value = ws.third + ((token * job.value.groups) << 4) + column
    memory.copy(key + <usize>ws.chunkPositions * rowBytes, value, <usize>ws.headSize << 2)
  }
}

/** (head, token) pairs of a unit, so that it is neither too short to share nor too long to share fairly. */
@inline
function unitPairs(position: i32, tokens: i32, seen: i32): i32 {
  return max(1, UNIT_KEYS / (max(position + tokens, seen) * ws.headStride))
}

export function attendUnitsOf(job: Attention, position: i32, tokens: i32, seen: i32): i32 {
  const pairs = unitPairs(position, tokens, seen)
  return (tokens * job.queryHeads + pairs - 1) / pairs
}

/** The tile's queries and the cache -> workspace.inner; without causality, `seen` positions are seen but for the masked. */
export function attendUnits(job: Attention, position: i32, tokens: i32, seen: i32, from: i32, to: i32, thread: i32): void {
  const pairs = unitPairs(position, tokens, seen)
  const end = min(to * pairs, tokens * job.queryHeads)
  const queries = queriesFrom(job, position)
  const scores = ws.scores + <usize>thread * ws.scoresBytes
  const result = scores + ws.scoresBytes - (<usize>ws.headStride << 2)
  const scale: f32 = 1 / Mathf.sqrt(<f32>ws.headSize)
  for (let item = from * pairs; item < end; item++) {
    const head = item / tokens
    const token = item % tokens
    const kvHead = (job.firstQueryHead + head) / ws.queryHeadsPerKvHead - job.firstKvHead
    const query = queries + ((<usize>(token * job.queryHeads + head) * ws.headStride) << 2)
    const count = ws.causal ? position + token + 1 : seen
    const first = ws.attentionWindow == 0 ? 0 : max(0, count - ws.attentionWindow)
    attendHead(
      query, cacheHead(job, 0, kvHead), ws.chunkPositions, ws.chunkBytes, ws.capacity, ws.headStride, scale,
      first % ws.capacity, count - first, ws.causal ? 0 : ws.mask, scores, result,
    )
    const column = <usize>token * job.projection.columns + job.innerOffset + head * ws.headSize
    memory.copy(ws.inner + (column << 2), result, <usize>ws.headSize << 2)
  }
}
