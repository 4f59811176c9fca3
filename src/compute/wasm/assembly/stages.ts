// The stages that a team shares (threads.ts), and what a unit of each is.
import { attendUnits, projectHeads, rotateUnits } from './attention-sublayer'
import { blockUnits, multiplyUnits, quantizeUnits, rowUnits, wants } from './dense'
import { gateAndUp } from './feed-forward'
import { Attention, FeedForward, Matrix } from './structures'
import { LOGIT_BLOCK, summarize } from './summarize'
import { finish, isAlone, jobKind, jobWord, nextStage, publish, report, take, takenFrom, takenTo } from './threads'
import { ws } from './workspace'

export const MULTIPLY = 0 // matrix, x, tokens, out; x also in the first quantized copy
export const PROJECT = 1 // matrix, tokens: workspace.inner -> workspace.output
export const QUANTIZE = 2 // x, blocks, copy, wanted
export const HEADS = 3 // attention, tokens
export const ROTATE = 4 // attention, position, tokens
export const ATTEND = 5 // attention, position, tokens, seen
export const GATE_UP = 6 // feed-forward, tokens
export const SUMMARIZE = 7 // logits, count

/** Blocks of logits that make a unit. */
const UNIT_SUMMARIES = 16

/** All `units` of a stage of `kind` on `a`.., done when it returns: by the caller, thread 0, and whoever of its team comes in time. */
export function share(kind: i32, units: i32, a: i32, b: i32 = 0, c: i32 = 0, d: i32 = 0): void {
  if (isAlone() || units < 2) {
    run(kind, a, b, c, d, 0, units, 0)
    return
  }
  publish(kind, units, a, b, c, d)
  let mine = 0
  for (; take(); mine += takenTo - takenFrom) run(kind, a, b, c, d, takenFrom, takenTo, 0)
  finish(mine)
}

/** A helper's life: takes part in every stage until the team is dismissed. */
export function help(thread: i32): void {
  while (nextStage()) {
    let mine = 0
    for (; take(); mine += takenTo - takenFrom)
      run(jobKind(), jobWord(1), jobWord(2), jobWord(3), jobWord(4), takenFrom, takenTo, thread)
    if (mine > 0) report(mine)
  }
}

/** x (T, columns), columns whole blocks -> the quantized copy `copy` bytes behind the first; `wanted` as in `wants`. */
export function quantizeAll(x: usize, columns: i32, tokens: i32, copy: usize, wanted: i32): void {
  const blocks = (tokens * columns) >> 5
  if (wanted != 0) share(QUANTIZE, blockUnits(blocks), <i32>x, blocks, <i32>copy, wanted)
}

/** matrix @ x + bias: x (T, columns) -> out (T, 4 * groups). */
export function dense(matrix: Matrix, x: usize, tokens: i32, out: usize): void {
  quantizeAll(x, matrix.columns, tokens, 0, wants(matrix))
  share(MULTIPLY, rowUnits(matrix), address(matrix), <i32>x, tokens, <i32>out)
}

/** A sublayer's last matrix: workspace.inner -> workspace.output. */
export function project(matrix: Matrix, tokens: i32, isQuantizedAlready: bool): void {
  if (!isQuantizedAlready) quantizeAll(ws.inner, matrix.columns, tokens, ws.innerCopy, wants(matrix))
  share(PROJECT, rowUnits(matrix), address(matrix), tokens)
}

export function summaryUnits(count: i32): i32 {
  const unit = LOGIT_BLOCK * UNIT_SUMMARIES
  return (count + unit - 1) / unit
}

function summarizeUnits(logits: usize, count: i32, from: i32, to: i32): void {
  const end = min(to * UNIT_SUMMARIES, (count + LOGIT_BLOCK - 1) / LOGIT_BLOCK)
  summarize(logits, count, ws.logitBlocks, ws.logitBlocks + 8, from * UNIT_SUMMARIES, end)
}

@inline
function address(matrix: Matrix): i32 {
  return <i32>changetype<usize>(matrix)
}

function run(kind: i32, a: i32, b: i32, c: i32, d: i32, from: i32, to: i32, thread: i32): void {
  switch (kind) {
    case MULTIPLY:
      multiplyUnits(changetype<Matrix>(a), b, 0, c, d, from, to)
      break
    case PROJECT:
      multiplyUnits(changetype<Matrix>(a), ws.inner, ws.innerCopy, b, ws.output, from, to)
      break
    case QUANTIZE:
      quantizeUnits(a, b, c, d, from, to)
      break
    case HEADS:
      projectHeads(changetype<Attention>(a), b, from, to)
      break
    case ROTATE:
      rotateUnits(changetype<Attention>(a), b, c, from, to, thread)
      break
    case ATTEND:
      attendUnits(changetype<Attention>(a), b, c, d, from, to, thread)
      break
    case GATE_UP:
      gateAndUp(changetype<FeedForward>(a), b, from, to)
      break
    default:
      summarizeUnits(a, b, from, to)
  }
}
