// One call a sublayer: norm, matrices, attention or SwiGLU, and the projection back to hidden size, over a tile of T tokens.
// `run…` is what every thread of the team executes; the exported entry does the norm, launches the team and is thread 0 of it.
import { attendHead } from './attention'
import { multiplyFloat } from './matmul-float'
import { multiplyInt4 } from './matmul-int4'
import { multiplyInt8 } from './matmul-int8'
import { rmsNorm } from './norm'
import { quantize } from './quantize'
import { rotateHead } from './rope'
import { swiglu } from './silu'
import { Attention, FeedForward, Head, Matrix, Workspace } from './structures'
import {
  barrier, dismissTeam, jobAddress, jobKind, jobPastLength, jobTokens, joinTeam, launch, nextJob, partStart, teamSize,
} from './threads'

const ATTENTION = 0
const FEED_FORWARD = 1
const HEAD = 2

let ws: Workspace = changetype<Workspace>(0)

/** Once per instance, before anything else. A thread that `sleeps` may block (not a page's main thread). */
export function attach(workspace: usize, threads: i32, sleeps: bool): void {
  ws = changetype<Workspace>(workspace)
  joinTeam(threads, sleeps)
}

/** workspace.input (T, H) -> workspace.output (T, H): my heads' part of attention; appends T positions to the cache. */
export function attention(address: usize, pastLength: i32, tokens: i32): void {
  const job = changetype<Attention>(address)
  normalize(job.norm, tokens)
  if (isQuantized(job.query) || isQuantized(job.key) || isQuantized(job.value)) quantizeAll(ws.normed, ws.hiddenSize, tokens)
  launch(ATTENTION, address, pastLength, tokens)
  runAttention(job, pastLength, tokens, 0)
}

/** workspace.input (T, H) -> workspace.output (T, H): my columns' part of the MLP. */
export function feedForward(address: usize, tokens: i32): void {
  const job = changetype<FeedForward>(address)
  normalize(job.norm, tokens)
  if (isQuantized(job.gate) || isQuantized(job.up)) quantizeAll(ws.normed, ws.hiddenSize, tokens)
  launch(FEED_FORWARD, address, 0, tokens)
  runFeedForward(job, tokens, 0)
}

/** workspace.input (T, H) -> workspace.output (T, 4 * groups): my vocabulary rows. */
export function head(address: usize, tokens: i32): void {
  const job = changetype<Head>(address)
  normalize(job.norm, tokens)
  if (isQuantized(job.rows)) quantizeAll(ws.normed, ws.hiddenSize, tokens)
  launch(HEAD, address, 0, tokens)
  runHead(job, tokens, 0)
}

/** workspace.input (T, H) -> workspace.normed (T, H). */
export function normalize(gain: usize, tokens: i32): void {
  rmsNorm(ws.input, gain, ws.normed, ws.hiddenSize, tokens, ws.epsilon)
}

/** A helper's life: runs its part of every job until the team is dismissed. */
export function help(thread: i32): void {
  for (let ticket = 0; nextJob(ticket); ticket++) {
    const address = jobAddress()
    const tokens = jobTokens()
    switch (jobKind()) {
      case ATTENTION:
        runAttention(changetype<Attention>(address), jobPastLength(), tokens, thread)
        break
      case FEED_FORWARD:
        runFeedForward(changetype<FeedForward>(address), tokens, thread)
        break
      default:
        runHead(changetype<Head>(address), tokens, thread)
    }
  }
}

export { dismissTeam }

function runAttention(job: Attention, pastLength: i32, tokens: i32, thread: i32): void {
  multiply(job.query, ws.normed, tokens, ws.first, thread)
  multiply(job.key, ws.normed, tokens, ws.second, thread)
  multiply(job.value, ws.normed, tokens, ws.third, thread)
  barrier()
  rotateQueries(job, tokens, thread)
  append(job, pastLength, tokens, thread)
  if (thread == 0) zeroAround(job.projection.columns, job.innerOffset, job.queryHeads * ws.headSize, tokens)
  barrier()
  attend(job, pastLength, tokens, thread)
  barrier()
  project(job.projection, tokens, thread)
}

function runFeedForward(job: FeedForward, tokens: i32, thread: i32): void {
  multiply(job.gate, ws.normed, tokens, ws.first, thread)
  multiply(job.up, ws.normed, tokens, ws.second, thread)
  if (thread == 0) zeroAround(job.down.columns, job.innerOffset, job.size, tokens)
  barrier()
  const from = partStart(job.size, thread)
  const to = partStart(job.size, thread + 1)
  for (let t: usize = 0; t < <usize>tokens; t++) {
    const gate = ws.first + ((t * job.gate.groups) << 4)
    const up = ws.second + ((t * job.up.groups) << 4)
    swiglu(gate, up, ws.inner + ((t * job.down.columns + job.innerOffset) << 2), from, to)
  }
  barrier()
  project(job.down, tokens, thread)
}

function runHead(job: Head, tokens: i32, thread: i32): void {
  multiply(job.rows, ws.normed, tokens, ws.output, thread)
  barrier()
}

/** workspace.inner -> workspace.output */
function project(matrix: Matrix, tokens: i32, thread: i32): void {
  if (isQuantized(matrix)) {
    const blocks = (tokens * matrix.columns) >> 5
    quantize(ws.inner, partStart(blocks, thread), partStart(blocks, thread + 1), ws.bytes, ws.words, ws.scales)
    barrier()
  }
  multiply(matrix, ws.inner, tokens, ws.output, thread)
  barrier()
}

/** My thread's row groups of matrix @ x; quantized matrices take x from the workspace's quantized copy. */
function multiply(m: Matrix, x: usize, tokens: i32, out: usize, thread: i32): void {
  const from = partStart(m.groups, thread)
  const to = partStart(m.groups, thread + 1)
  const stride = m.groups << 2
  switch (m.format) {
    case 0:
      multiplyFloat<f32>(m.address, m.columns, from, to, x, tokens, out, stride)
      break
    case 1:
      multiplyFloat<u16>(m.address, m.columns, from, to, x, tokens, out, stride)
      break
    case 2:
      multiplyInt8(m.address, m.columns, from, to, ws.words, ws.scales, tokens, out, stride)
      break
    default:
      multiplyInt4(m.address, m.columns, from, to, ws.bytes, ws.words, ws.scales, tokens, out, stride)
  }
}

@inline
function isQuantized(matrix: Matrix): bool {
  return matrix.format >= 2
}

function quantizeAll(x: usize, columns: i32, tokens: i32): void {
  quantize(x, 0, (tokens * columns) >> 5, ws.bytes, ws.words, ws.scales)
}

/** Zeros in workspace.inner [T, columns] around my own `size` columns: widened blocks hold columns of other ranks. */
function zeroAround(columns: i32, offset: i32, size: i32, tokens: i32): void {
  if (size == columns) return
  for (let t: usize = 0; t < <usize>tokens; t++) {
    const row = ws.inner + ((t * columns) << 2)
    memory.fill(row, 0, <usize>offset << 2)
    memory.fill(row + (<usize>(offset + size) << 2), 0, <usize>(columns - offset - size) << 2)
  }
}

@inline
function turnsOf(token: usize): usize {
  return ws.turns + ((token * ws.rotatedSize) << 2)
}

function rotateQueries(job: Attention, tokens: i32, thread: i32): void {
  const end = partStart(tokens * job.queryHeads, thread + 1)
  for (let item = partStart(tokens * job.queryHeads, thread); item < end; item++) {
    const token = <usize>(item / job.queryHeads)
    const from = ws.first + ((token * job.query.groups) << 4) + ((<usize>(item % job.queryHeads) * ws.headSize) << 2)
    const to = ws.rotated + ((<usize>item * ws.headStride) << 2)
    rotateHead(from, to, turnsOf(token), ws.headSize, ws.rotatedSize, ws.halfSplit != 0)
  }
}

/** This sublayer's keys of one KV head in the chunk that holds `position`. */
@inline
function cacheHead(job: Attention, position: i32, kvHead: i32): usize {
  const headBytes = (<usize>ws.chunkPositions * ws.headStride) << 3
  return ws.cache + <usize>(position / ws.chunkPositions) * ws.chunkBytes + job.cacheOffset + <usize>kvHead * headBytes
}

/** Rotated keys and values of T tokens to the cache. The bytes past headSize there are never written: they stay zero. */
function append(job: Attention, pastLength: i32, tokens: i32, thread: i32): void {
  const end = partStart(tokens * job.kvHeads, thread + 1)
  const rowBytes = <usize>ws.headStride << 2
  for (let item = partStart(tokens * job.kvHeads, thread); item < end; item++) {
    const token = <usize>(item / job.kvHeads)
    const kvHead = item % job.kvHeads
    const position = pastLength + <i32>token
    const column = (<usize>kvHead * ws.headSize) << 2
    const key = cacheHead(job, position, kvHead) + <usize>(position % ws.chunkPositions) * rowBytes
    const from = ws.second + ((token * job.key.groups) << 4) + column
    rotateHead(from, key, turnsOf(token), ws.headSize, ws.rotatedSize, ws.halfSplit != 0)
    const value = ws.third + ((token * job.value.groups) << 4) + column
    memory.copy(key + <usize>ws.chunkPositions * rowBytes, value, <usize>ws.headSize << 2)
  }
}

/** My share of (head, token) pairs: rotated queries and cache -> workspace.inner. */
function attend(job: Attention, pastLength: i32, tokens: i32, thread: i32): void {
  const end = partStart(tokens * job.queryHeads, thread + 1)
  const scores = ws.scores + <usize>thread * ws.scoresBytes
  const result = scores + ws.scoresBytes - (<usize>ws.headStride << 2)
  const scale: f32 = 1 / Mathf.sqrt(<f32>ws.headSize)
  for (let item = partStart(tokens * job.queryHeads, thread); item < end; item++) {
    const head = item / tokens
    const token = item % tokens
    const kvHead = (job.firstQueryHead + head) / ws.queryHeadsPerKvHead - job.firstKvHead
    const query = ws.rotated + (((<usize>token * job.queryHeads + head) * ws.headStride) << 2)
    attendHead(
      query, cacheHead(job, 0, kvHead), ws.chunkPositions, ws.chunkBytes, ws.headStride, scale, pastLength + token + 1, scores, result,
    )
    const column = <usize>token * job.projection.columns + job.innerOffset + head * ws.headSize
    memory.copy(ws.inner + (column << 2), result, <usize>ws.headSize << 2)
  }
}
