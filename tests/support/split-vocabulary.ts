// Plays the ranks of a split vocabulary in one process: the real summaries, through the real bytes of the wire.
import { decodeHeadResult, encodeHeadResult } from '../../src/model/head-codec.ts'
import { summarizeHead } from '../../src/model/head-summary.ts'
import { chooseToken, firstRequest } from '../../src/model/sampler.ts'
import type { HeadRequest, HeadRow, SamplingOptions } from '../../src/model/sampling.ts'

/** `cuts`: where the vocabulary is cut, ascending; equal neighbours make an empty rank. One row per rank. */
export function askRanks(
  logits: Float32Array,
  cuts: readonly number[],
  position: number,
  request: HeadRequest,
): HeadRow[] {
  const bounds = [0, ...cuts, logits.length]
  return bounds.slice(1).map((end, rank) => {
    const start = bounds[rank]!
    const rows = summarizeHead([{ position, logits: logits.subarray(start, end) }], start, request)
    return decodeHeadResult(encodeHeadResult(rows), { rowCount: 1, vocabulary: { start, end }, request })[0]!
  })
}

/** The token chosen over such a split, and how often the ranks were asked. */
export function chooseOverSplit(
  options: SamplingOptions,
  logits: Float32Array,
  cuts: readonly number[],
  position: number,
  seenTokens: readonly number[] = [],
): { token: number; asked: number } {
  const bounds = [0, ...cuts, logits.length]
  const lengths = bounds.slice(1).map((end, rank) => end - bounds[rank]!)
  let request = firstRequest(options, seenTokens)
  for (let asked = 1; ; asked++) {
    const choice = chooseToken(options, askRanks(logits, cuts, position, request), request, lengths)
    if ('token' in choice) return { token: choice.token, asked }
    request = choice.again
  }
}
