// The executor's calls: each takes one step of a sublayer over a tile of T tokens. The caller runs them as thread 0 of its team, and does
// alone what is not worth sharing.
import { activate } from './activate'
import { attendUnitsOf, headUnits, rotateUnitsOf } from './attention-sublayer'
import { addToRows, normalizeRows, prepare, rowUnits, wants, zeroAround } from './dense'
import { quantizesItself } from './feed-forward'
import { ATTEND, dense, GATE_UP, HEADS, project, quantizeAll, ROTATE, share, SUMMARIZE, summaryUnits } from './stages'
import { Attention, FeedForward, Head, Join, Matrix, Norm, Sublayer } from './structures'
import { present, ws } from './workspace'

/**
 * My heads' part of attention over tokens from `position` on, which are appended to the cache and see it up to the last of them:
 * residual (T, H) -> output (T, S).
 * False where a key or value was none that the cache can hold; then the output is worth nothing.
 */
export function attention(address: usize, position: i32, tokens: i32): bool {
  const held = readPositions(address, position, tokens)
  attendPositions(address, position, tokens, position + tokens)
  return held
}

/** The first half of attention where all see all: residual (T, H) -> queries, and the cache from `position` on. Answers as `attention` does. */
export function readPositions(address: usize, position: i32, tokens: i32): bool {
  const job = changetype<Attention>(address)
  if (present(job.bottleneck)) {
    if (job.valueOfResidual) dense(job.value, ws.residual, tokens, ws.third)
    dense(job.bottleneck, ws.residual, tokens, ws.first)
    normalizeRows(job.bottleneckNorm, ws.first, job.bottleneck.groups << 2, ws.normed, tokens)
  } else prepare(job.norm, ws.stream, ws.streamWidth, tokens)
  quantizeAll(ws.normed, ws.streamWidth, tokens, 0, wants(job.query) | wants(job.key) | wants(job.value))
  share(HEADS, headUnits(job), <i32>address, tokens)
  ws.overflow = 0
  share(ROTATE, rotateUnitsOf(job, tokens), <i32>address, position, tokens)
  return ws.overflow == 0
}

/** The second half, when all tokens are read: the queries from `position` on see `seen` positions as workspace.mask lets them -> output (T, S). */
export function attendPositions(address: usize, position: i32, tokens: i32, seen: i32): void {
  const job = changetype<Attention>(address)
  zeroAround(job.projection.columns, job.innerOffset, job.queryHeads * ws.headSize, tokens)
  share(ATTEND, attendUnitsOf(job, position, tokens, seen), <i32>address, position, tokens, seen)
  project(job.projection, tokens, false)
}

/** My columns' part of the MLP: stream (T, S) -> output (T, S). */
export function feedForward(address: usize, tokens: i32): void {
  const job = changetype<FeedForward>(address)
  prepare(job.norm, ws.stream, ws.streamWidth, tokens)
  quantizeAll(ws.normed, ws.streamWidth, tokens, 0, wants(job.up) | (present(job.gate) ? wants(job.gate) : 0))
  zeroAround(job.down.columns, job.innerOffset, job.size, tokens)
  share(GATE_UP, rowUnits(job.up), <i32>address, tokens)
  project(job.down, tokens, quantizesItself(job))
}

/** After a sublayer: stream (T, S) += sum (T, S) + bias, then its norm; at a layer's ends also the ways from and to residual (T, H). */
export function join(address: usize, tokens: i32): void {
  joinRows(changetype<Join>(address), ws.sum, ws.streamWidth, tokens)
}

/** The same of a sum whose rows are `stride` apart. */
function joinRows(job: Join, sum: usize, stride: i32, tokens: i32): void {
  const joins = present(job)
  if (joins && present(job.narrow)) {
    dense(job.narrow, ws.residual, tokens, ws.first)
    normalizeRows(job.narrowNorm, ws.first, job.narrow.groups << 2, ws.stream, tokens)
  }
  addToRows(ws.stream, ws.streamWidth, sum, stride, tokens)
  if (!joins) return
  if (job.bias != 0) addToRows(ws.stream, ws.streamWidth, job.bias, 0, tokens)
  if (present(job.norm)) normalizeRows(job.norm, ws.stream, ws.streamWidth, ws.stream, tokens)
  if (present(job.widen)) {
    dense(job.widen, ws.stream, tokens, ws.output)
    addToRows(ws.residual, ws.hiddenSize, ws.output, job.widen.groups << 2, tokens)
    normalizeRows(job.widenNorm, ws.residual, ws.hiddenSize, ws.residual, tokens)
  }
}

/**
 * Sublayers `from..to` of the list at `address` whose output is the whole sum, so that nobody need see it: each, and what follows it, over
 * all tokens of a step from `position` on. False where `attention` answers so; then the streams are worth nothing.
 */
export function advance(address: usize, from: i32, to: i32, position: i32, tokens: i32): bool {
  for (let i = from; i < to; i++) {
    const sublayer = changetype<Sublayer>(address + <usize>i * offsetof<Sublayer>())
    if (present(sublayer.attention)) {
      const heads = sublayer.attention
      if (!attention(changetype<usize>(heads), position, tokens)) return false
      joinRows(sublayer.join, ws.output, heads.projection.groups << 2, tokens)
    } else if (present(sublayer.feedForward)) {
      const columns = sublayer.feedForward
      feedForward(changetype<usize>(columns), tokens)
      joinRows(sublayer.join, ws.output, columns.down.groups << 2, tokens)
    } else {
      memory.fill(ws.sum, 0, <usize>(tokens * ws.streamWidth) << 2)
      joinRows(sublayer.join, ws.sum, ws.streamWidth, tokens)
    }
  }
  return true
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

/** One token's logits, divided in place and told of block by block: summarize.ts. */
export function summarizeLogits(logits: usize, count: i32, divisor: f64): void {
  store<f64>(ws.logitBlocks, divisor)
  share(SUMMARIZE, summaryUnits(count), <i32>logits, count)
}

/** residual (T, H) -> normed (T, H). */
export function normalize(norm: usize, tokens: i32): void {
  prepare(changetype<Norm>(norm), ws.residual, ws.hiddenSize, tokens)
}
