// The executor's calls: each takes one step of a sublayer over a tile of T tokens. The caller prepares and is thread 0; `run…` is what
// every thread of the team executes.
import { activate } from './activate'
import { runAttend, runRead } from './attention-sublayer'
import { isQuantized, multiply, normalizeRows, prepare, project, quantizeAll, zeroAround } from './dense'
import { Attention, FeedForward, Head, Join, Matrix, Norm } from './structures'
import { barrier, jobKind, jobWord, launch, nextJob, partStart } from './threads'
import { addTo } from './vector'
import { present, ws } from './workspace'

const ATTENTION = 0
const READ = 1
const ATTEND = 2
const FEED_FORWARD = 3
const DENSE = 4

/** My heads' part of causal attention over tokens from `position` on, which are appended to the cache: residual (T, H) -> output (T, S). */
export function attention(address: usize, position: i32, tokens: i32): void {
  const job = changetype<Attention>(address)
  prepareAttention(job, tokens)
  launch(ATTENTION, address, position, tokens)
  runAttention(job, position, tokens, 0)
}

/** The first half of attention where all see all: residual (T, H) -> queries, and the cache from `position` on. */
export function readPositions(address: usize, position: i32, tokens: i32): void {
  const job = changetype<Attention>(address)
  prepareAttention(job, tokens)
  launch(READ, address, position, tokens)
  runRead(job, position, tokens, 0)
}

/** The second half, when all tokens are read: the queries from `position` on see `seen` positions as workspace.mask lets them -> output (T, S). */
export function attendPositions(address: usize, position: i32, tokens: i32, seen: i32): void {
  launch(ATTEND, address, position, tokens, seen)
  runAttend(changetype<Attention>(address), position, tokens, seen, 0)
}

/** My columns' part of the MLP: stream (T, S) -> output (T, S). */
export function feedForward(address: usize, tokens: i32): void {
  const job = changetype<FeedForward>(address)
  prepare(job.norm, ws.stream, ws.streamWidth, tokens)
  if (isQuantized(job.up) || (present(job.gate) && isQuantized(job.gate))) quantizeAll(ws.normed, ws.streamWidth, tokens)
  launch(FEED_FORWARD, address, tokens)
  runFeedForward(job, tokens, 0)
}

/** After a sublayer: stream (T, S) += sum (T, S) + bias, then its norm; at a layer's ends also the ways from and to residual (T, H). */
export function join(address: usize, tokens: i32): void {
  const job = changetype<Join>(address)
  if (present(job.narrow)) {
    dense(job.narrow, ws.residual, tokens, ws.output)
    normalizeRows(job.narrowNorm, ws.output, job.narrow.groups << 2, ws.stream, tokens)
  }
  addTo(ws.stream, ws.sum, tokens * ws.streamWidth)
  if (job.bias != 0) addToRows(ws.stream, ws.streamWidth, job.bias, 0, tokens)
  if (present(job.norm)) normalizeRows(job.norm, ws.stream, ws.streamWidth, ws.stream, tokens)
  if (present(job.widen)) {
    dense(job.widen, ws.stream, tokens, ws.output)
    addToRows(ws.residual, ws.hiddenSize, ws.output, job.widen.groups << 2, tokens)
    normalizeRows(job.widenNorm, ws.residual, ws.hiddenSize, ws.residual, tokens)
  }
}

/** residual (T, H) -> output (T, 4 * groups): my vocabulary rows, of the columns that the job's rows have. */
export function head(address: usize, tokens: i32): void {
  const job = changetype<Head>(address)
  prepare(job.norm, ws.residual, ws.hiddenSize, tokens)
  if (present(job.transform)) {
    const stride = job.transform.groups << 2
    dense(job.transform, ws.normed, tokens, ws.first)
    activate(ws.activation, ws.first, 0, ws.first, 0, tokens * stride)
    normalizeRows(job.transformNorm, ws.first, stride, ws.normed, tokens)
  }
  const columns = job.rows.columns
  if (columns != ws.hiddenSize)
    for (let t = 0; t < tokens; t++) {
      const from = ws.normed + (<usize>(t * ws.hiddenSize + job.firstColumn) << 2)
      memory.copy(ws.inner + (<usize>(t * columns) << 2), from, <usize>columns << 2)
    }
  dense(job.rows, columns == ws.hiddenSize ? ws.normed : ws.inner, tokens, ws.output)
}

/** residual (T, H) -> normed (T, H). */
export function normalize(norm: usize, tokens: i32): void {
  prepare(changetype<Norm>(norm), ws.residual, ws.hiddenSize, tokens)
}

/** A helper's life: runs its part of every job until the team is dismissed. */
export function help(thread: i32): void {
  for (let ticket = 0; nextJob(ticket); ticket++) {
    const address = jobWord(1)
    const b = jobWord(2)
    const c = jobWord(3)
    const d = jobWord(4)
    switch (jobKind()) {
      case ATTENTION:
        runAttention(changetype<Attention>(address), b, c, thread)
        break
      case READ:
        runRead(changetype<Attention>(address), b, c, thread)
        break
      case ATTEND:
        runAttend(changetype<Attention>(address), b, c, d, thread)
        break
      case FEED_FORWARD:
        runFeedForward(changetype<FeedForward>(address), b, thread)
        break
      default:
        runDense(changetype<Matrix>(address), b, c, d, thread)
    }
  }
}

/** workspace.normed (T, S): what queries and keys read; workspace.third where values read the residual stream instead. */
function prepareAttention(job: Attention, tokens: i32): void {
  if (present(job.bottleneck)) {
    if (job.valueOfResidual) dense(job.value, ws.residual, tokens, ws.third)
    dense(job.bottleneck, ws.residual, tokens, ws.first)
    normalizeRows(job.bottleneckNorm, ws.first, job.bottleneck.groups << 2, ws.normed, tokens)
  } else prepare(job.norm, ws.stream, ws.streamWidth, tokens)
  const quantized = isQuantized(job.query) || isQuantized(job.key) || isQuantized(job.value)
  if (quantized) quantizeAll(ws.normed, ws.streamWidth, tokens)
}

function runAttention(job: Attention, position: i32, tokens: i32, thread: i32): void {
  runRead(job, position, tokens, thread)
  runAttend(job, position, tokens, 0, thread)
}

function runFeedForward(job: FeedForward, tokens: i32, thread: i32): void {
  const gated = present(job.gate)
  if (gated) multiply(job.gate, ws.normed, tokens, ws.first, thread)
  multiply(job.up, ws.normed, tokens, ws.second, thread)
  if (thread == 0) zeroAround(job.down.columns, job.innerOffset, job.size, tokens)
  barrier()
  const from = partStart(job.size, thread)
  const to = partStart(job.size, thread + 1)
  for (let t: usize = 0; t < <usize>tokens; t++) {
    const up = ws.second + ((t * job.up.groups) << 4)
    const out = ws.inner + ((t * job.down.columns + job.innerOffset) << 2)
    if (gated) activate(ws.activation, ws.first + ((t * job.gate.groups) << 4), up, out, from, to)
    else activate(ws.activation, up, 0, out, from, to)
  }
  barrier()
  project(job.down, tokens, thread)
}

/** matrix @ x + bias by the whole team: x (T, columns) -> out (T, 4 * groups). */
function dense(matrix: Matrix, x: usize, tokens: i32, out: usize): void {
  if (isQuantized(matrix)) quantizeAll(x, matrix.columns, tokens)
  launch(DENSE, changetype<usize>(matrix), x, tokens, out)
  runDense(matrix, x, tokens, out, 0)
}

function runDense(matrix: Matrix, x: usize, tokens: i32, out: usize, thread: i32): void {
  multiply(matrix, x, tokens, out, thread)
  barrier()
}

/** out[t] += x[t] for rows of `size` values; the rows of x are `stride` apart. */
function addToRows(out: usize, size: i32, x: usize, stride: i32, tokens: i32): void {
  for (let t = 0; t < tokens; t++) addTo(out + (<usize>(t * size) << 2), x + (<usize>(t * stride) << 2), size)
}
