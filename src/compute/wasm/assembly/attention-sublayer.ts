// A thread's part of each stage of an attention sublayer, over a tile of T tokens whose input is workspace.normed.
import { attendRows } from './attention'
import { ROWS, scaleRow } from './attention-rows'
import { multiplyUnits, normalizeRows, rowUnits } from './dense'
import { headInChunk, putKey, putValue } from './key-value-cache'
import { rotateHead } from './rope'
import { Attention, Norm } from './structures'
import { TINY_TIMES } from './vector'
import { present, ws } from './workspace'

/** Heads of one token that make a unit of rotating. */
const UNIT_HEADS = 16
/** Values of keys that make a unit of attending: half a microsecond. */
const UNIT_KEYS = 12288

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
export function rotateUnits(job: Attention, position: i32, tokens: i32, from: i32, to: i32, thread: i32): void {
  const queries = tokens * job.queryHeads
  const first = from * UNIT_HEADS
  const end = min(to * UNIT_HEADS, queries + tokens * job.kvHeads)
  rotateQueries(job, queriesFrom(job, position), tokens, first, min(end, queries))
  append(job, position, max(first - queries, 0), end - queries, thread)
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

function rotateQueries(job: Attention, queries: usize, tokens: i32, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const token = <usize>(row % tokens)
    const head = ws.first + ((token * job.query.groups) << 4) + ((<usize>(row / tokens) * ws.headSize) << 2)
    const query = queries + ((<usize>row * ws.headStride) << 2)
    rotate(job.queryNorm, head, query, token)
    if (ws.halfCache) scaleRow(query, TINY_TIMES)
  }
}

/** Rotated keys and values to the cache. */
function append(job: Attention, position: i32, from: i32, to: i32, thread: i32): void {
  const padded = scratchOf(thread)
  memory.fill(padded, 0, <usize>ws.headStride << 2)
  for (let item = from; item < to; item++) {
    const token = <usize>(item / job.kvHeads)
    const kvHead = item % job.kvHeads
    const row = (position + <i32>token) % ws.capacity
    const keys = headInChunk(job.cacheOffset, row / ws.chunkPositions, kvHead)
    const column = (<usize>kvHead * ws.headSize) << 2
    rotate(job.keyNorm, ws.second + ((token * job.key.groups) << 4) + column, padded, token)
    putKey(keys, row % ws.chunkPositions, padded)
    memory.copy(padded, ws.third + ((token * job.value.groups) << 4) + column, <usize>ws.headSize << 2)
    putValue(keys, row % ws.chunkPositions, padded)
  }
}

@inline
function scratchOf(thread: i32): usize {
  return ws.scratch + <usize>thread * ws.scratchBytes
}

/** Rows (head, token) of a unit: some that share their keys, and neither too few to hand out nor too many to share fairly. */
@inline
function unitRows(position: i32, tokens: i32, seen: i32): i32 {
  const together = tokens == 1 ? min(ws.queryHeadsPerKvHead, 4) : 16
  return together * max(1, UNIT_KEYS / (max(position + tokens, seen) * ws.headStride * together))
}

export function attendUnitsOf(job: Attention, position: i32, tokens: i32, seen: i32): i32 {
  const rows = unitRows(position, tokens, seen)
  return (tokens * job.queryHeads + rows - 1) / rows
}

/** The tile's queries and the cache -> workspace.inner; without causality, `seen` positions are seen but for the masked. */
export function attendUnits(job: Attention, position: i32, tokens: i32, seen: i32, from: i32, to: i32, thread: i32): void {
  const unit = unitRows(position, tokens, seen)
  const end = min(to * unit, tokens * job.queryHeads)
  const scratch = scratchOf(thread)
  const rowBytes = <usize>ws.headStride << 2
  for (let row = from * unit; row < end; ) {
    const kvHead = (job.firstQueryHead + row / tokens) / ws.queryHeadsPerKvHead
    const nextKvHead = (kvHead + 1) * ws.queryHeadsPerKvHead - job.firstQueryHead
    const rows = min(ROWS, min(end, nextKvHead * tokens) - row)
    const query = queriesFrom(job, position) + <usize>row * rowBytes
    const keys = headInChunk(job.cacheOffset, 0, kvHead - job.firstKvHead)
    if (ws.halfCache) attendRows<i16>(query, rows, row % tokens, tokens, position, seen, keys, scratch)
    else attendRows<f32>(query, rows, row % tokens, tokens, position, seen, keys, scratch)
    for (let r = 0; r < rows; r++, row++) {
      const column = (row % tokens) * job.projection.columns + job.innerOffset + (row / tokens) * ws.headSize
      memory.copy(ws.inner + (<usize>column << 2), scratch + <usize>r * rowBytes, <usize>ws.headSize << 2)
    }
  }
}
