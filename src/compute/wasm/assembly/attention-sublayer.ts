// What every thread of the team does in an attention sublayer, over a tile of T tokens whose input is workspace.normed.
import { attendHead } from './attention'
import { multiply, normalizeRows, project, zeroAround } from './dense'
import { rotateHead } from './rope'
import { Attention, Norm } from './structures'
import { barrier, partStart } from './threads'
import { present, ws } from './workspace'

/** Queries, keys and values of the tile, which begins at `position`: queries to the workspace, the others to the cache. */
export function runRead(job: Attention, position: i32, tokens: i32, thread: i32): void {
  multiply(job.query, ws.normed, tokens, ws.first, thread)
  multiply(job.key, ws.normed, tokens, ws.second, thread)
  if (!job.valueOfResidual) multiply(job.value, ws.normed, tokens, ws.third, thread)
  barrier()
  rotateQueries(job, queriesFrom(job, position), tokens, thread)
  append(job, position, tokens, thread)
  barrier()
}

/** The tile's queries and the cache -> workspace.output; without causality, `seen` positions are seen but for the masked. */
export function runAttend(job: Attention, position: i32, tokens: i32, seen: i32, thread: i32): void {
  if (thread == 0) zeroAround(job.projection.columns, job.innerOffset, job.queryHeads * ws.headSize, tokens)
  attend(job, position, tokens, seen, thread)
  barrier()
  project(job.projection, tokens, thread)
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

function rotateQueries(job: Attention, queries: usize, tokens: i32, thread: i32): void {
  const end = partStart(tokens * job.queryHeads, thread + 1)
  for (let item = partStart(tokens * job.queryHeads, thread); item < end; item++) {
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

/** Rotated keys and values of T tokens to the cache. The bytes past headSize there are never written: they stay zero. */
function append(job: Attention, position: i32, tokens: i32, thread: i32): void {
  const end = partStart(tokens * job.kvHeads, thread + 1)
  const rowBytes = <usize>ws.headStride << 2
  for (let item = partStart(tokens * job.kvHeads, thread); item < end; item++) {
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

/** My share of (head, token) pairs: rotated queries and cache -> workspace.inner. */
function attend(job: Attention, position: i32, tokens: i32, seen: i32, thread: i32): void {
  const end = partStart(tokens * job.queryHeads, thread + 1)
  const queries = queriesFrom(job, position)
  const scores = ws.scores + <usize>thread * ws.scoresBytes
  const result = scores + ws.scoresBytes - (<usize>ws.headStride << 2)
  const scale: f32 = 1 / Mathf.sqrt(<f32>ws.headSize)
  for (let item = partStart(tokens * job.queryHeads, thread); item < end; item++) {
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
