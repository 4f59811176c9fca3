// A rank's answer to a HeadRequest from its own logits: penalties, temperature, the best k, maximum and log-sum-exp. Every executor
// uses this one function, so all devices adjust logits alike. Adjusted logits are rounded to float32, as they travel.
import { HeadroomError } from '../base/errors.ts'
import { gumbelOf, noiseBits } from './gumbel-noise.ts'
import { type LogitBlocks, mergeBlocks, topIndicesOfBlocks } from './logit-blocks.ts'
import type { Candidate, HeadRequest, HeadResult, HeadRow } from './sampling.ts'
import { indexOfMaximum, topIndices } from './top-indices.ts'

/** One position's logits of the rank's vocabulary rows; empty where the rank holds none. */
export interface LogitRow {
  position: number
  logits: Float32Array
  /** Divides `logits` in place and tells of their blocks. Where an executor has it, the logits are not left as they were. */
  digest?: (divisor: number) => LogitBlocks
}

/**
 * `vocabularyStart` is the token id of `logits[0]`. Without `digest` the logits are only read; they are copied where the request asks for
 * them. Throws `internal` where a logit is NaN or infinite, as broken weights or a broken backend make them.
 */
export function summarizeHead(rows: readonly LogitRow[], vocabularyStart: number, request: HeadRequest): HeadResult {
  return rows.map((row) => summarizeRow(row, vocabularyStart, request))
}

function summarizeRow(row: LogitRow, vocabularyStart: number, request: HeadRequest): HeadRow {
  const { position } = row
  const logits = request.logits ? row.logits.slice() : null
  const divisor = request.temperature === 0 ? 1 : request.temperature
  const adjusted = row.digest || (divisor === 1 && request.repetitionPenalty === 1) ? row.logits : row.logits.slice()
  penalize(adjusted, vocabularyStart, request)
  const blocks = row.digest?.(divisor) ?? null
  if (!blocks && divisor !== 1) for (let i = 0; i < adjusted.length; i++) adjusted[i]! /= divisor
  const { maximum, logSumExp } = blocks ? mergeBlocks(blocks) : measure(adjusted)
  if (adjusted.length > 0 && !Number.isFinite(logSumExp)) {
    throw new HeadroomError(
      'internal',
      `The model computed ${adjusted.find((value) => !Number.isFinite(value))} for position ${position}: this device's backend or its weights are broken. Reload the page, or remove the device.`,
    )
  }
  return {
    position,
    candidates: chosen(adjusted, bestIndices(adjusted, blocks, vocabularyStart, position, request), vocabularyStart),
    maximum,
    logSumExp,
    likeliest: chosen(adjusted, likeliestIndices(adjusted, blocks, request.likeliest), vocabularyStart),
    logits,
  }
}

function chosen(adjusted: Float32Array, indices: ArrayLike<number>, vocabularyStart: number): Candidate[] {
  const candidates: Candidate[] = []
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    candidates.push({ token: vocabularyStart + index, logit: adjusted[index]! })
  }
  return candidates
}

/** The repetition penalty (Keskar et al. 2019, CTRL), in place. */
function penalize(logits: Float32Array, vocabularyStart: number, { repetitionPenalty, seenTokens }: HeadRequest): void {
  if (repetitionPenalty === 1) return
  for (const token of seenTokens) {
    const logit = logits[token - vocabularyStart]
    if (logit === undefined) continue
    logits[token - vocabularyStart] = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
  }
}

function measure(values: Float32Array): { maximum: number; logSumExp: number } {
  const maximum = values.length === 0 ? -Infinity : values[indexOfMaximum(values)]!
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - maximum)
  return { maximum, logSumExp: maximum + Math.log(sum) }
}

function bestIndices(
  adjusted: Float32Array,
  blocks: LogitBlocks | null,
  vocabularyStart: number,
  position: number,
  { candidates, order, seed }: HeadRequest,
): ArrayLike<number> {
  if (order === 'logit' || candidates === 0) return likeliestIndices(adjusted, blocks, candidates)
  const bitsOf = (index: number) => noiseBits(seed, position, vocabularyStart + index)
  if (candidates > 1)
    return topIndices(
      Float64Array.from(adjusted, (logit, i) => logit + gumbelOf(bitsOf(i))),
      candidates,
    )
  return adjusted.length === 0 ? [] : [loudestIndex(adjusted, bitsOf)]
}

function likeliestIndices(adjusted: Float32Array, blocks: LogitBlocks | null, count: number): Uint32Array {
  return blocks ? topIndicesOfBlocks(adjusted, blocks, count) : topIndices(adjusted, count)
}

/** The most that noise can be whose first 8 bits are the index. */
const NOISE_BOUND = Float64Array.from({ length: 256 }, (_, first) => gumbelOf(first * 2 ** 24 + (2 ** 24 - 1)) + 1e-9)

/** Index of the largest logit + noise. Two logarithms a token would cost more than all the rest, so a bound rules most tokens out. */
function loudestIndex(adjusted: Float32Array, bitsOf: (index: number) => number): number {
  let best = -Infinity
  let bestIndex = 0
  for (let i = 0; i < adjusted.length; i++) {
    const bits = bitsOf(i)
    if (adjusted[i]! + NOISE_BOUND[bits >>> 24]! <= best) continue
    const key = adjusted[i]! + gumbelOf(bits)
    if (key <= best) continue
    best = key
    bestIndex = i
  }
  return bestIndex
}
