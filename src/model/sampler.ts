// Chooses the next token from what the ranks returned, exactly as from the whole vocabulary. The cuts are those of transformers and in
// its order (generation/logits_process.py): penalty, temperature, top-k, top-p, min-p; unlike there, a tie at the k-th place goes to
// the lower token. Each cut keeps a prefix of the tokens by logit, so it is enough to know that prefix: where the ranks' candidates do
// not reach its end, the leader asks again for more. Among the kept, Gumbel-max with the noise of (seed, position, token).
import { HeadroomError } from '../base/errors.ts'
import { gumbelNoise } from './gumbel-noise.ts'
import { comesBefore } from './head-codec.ts'
import type { Candidate, HeadRequest, HeadRow, SamplingOptions } from './sampling.ts'

/** The token with its logit, or what to ask all ranks' heads for before this can be called again. */
export type Choice = Candidate | { again: HeadRequest }

/** Candidates of each rank to begin with where only a probability cut limits them: one packet (68 candidates are 544 bytes). */
const FIRST_CANDIDATES = 64
/** The likeliest tokens that people are shown beside the chosen one; every rank returns so many. */
export const shownTokens = 5
const GROWTH = 8

/** What to ask for with the step itself; `seenTokens` are those of prompt and answer, for the penalty (may repeat). */
export function firstRequest(options: SamplingOptions, seenTokens: Iterable<number>): HeadRequest {
  const { temperature, topK, repetitionPenalty, seed } = options
  const isLoudest = temperature > 0 && isPlain(options)
  const needed = temperature === 0 ? 1 : topK > 0 ? topK : FIRST_CANDIDATES
  return {
    candidates: isLoudest ? 1 : Math.max(needed, shownTokens),
    order: isLoudest ? 'noise' : 'logit',
    temperature,
    repetitionPenalty,
    seenTokens: repetitionPenalty === 1 ? [] : [...new Set(seenTokens)],
    seed,
    likeliest: isLoudest ? shownTokens : 0,
    logits: false,
  }
}

/**
 * `ranks[r]` is rank r's row of one position, `vocabularyLengths[r]` how many tokens it answers for. Throws `peer-shape` where the ranks
 * answer for different positions or nobody has a candidate.
 */
export function chooseToken(
  options: SamplingOptions,
  ranks: readonly HeadRow[],
  request: HeadRequest,
  vocabularyLengths: readonly number[],
): Choice {
  const position = positionOf(ranks)
  const candidates = ranks.flatMap((row) => row.candidates)
  if (candidates.length === 0)
    throw new HeadroomError('peer-shape', `No device returned a candidate for position ${position}.`)
  if (options.temperature === 0) return candidates.reduce(better)
  if (request.order === 'noise') return loudest(candidates, options.seed, position)

  const known = knownPrefix(ranks, vocabularyLengths)
  const kept = keptCount(options, known, logSumExpOf(ranks))
  const vocabularySize = vocabularyLengths.reduce((sum, length) => sum + length, 0)
  if (kept === known.length && kept < vocabularySize && kept !== options.topK) {
    return { again: { ...request, candidates: Math.min(request.candidates * GROWTH, vocabularySize) } }
  }
  return loudest(known.slice(0, kept), options.seed, position)
}

function isPlain({ topK, topP, minP }: SamplingOptions): boolean {
  return topK === 0 && topP === 1 && minP === 0
}

function positionOf(ranks: readonly HeadRow[]): number {
  const position = ranks[0]?.position ?? 0
  const other = ranks.find((row) => row.position !== position)
  if (other === undefined) return position
  throw new HeadroomError('peer-shape', `One device answered for position ${other.position}, another for ${position}.`)
}

function better(a: Candidate, b: Candidate): Candidate {
  return comesBefore(b, a) ? b : a
}

function loudest(candidates: readonly Candidate[], seed: number, position: number): Candidate {
  const keyed = candidates.map((candidate) => ({
    candidate,
    token: candidate.token,
    logit: candidate.logit + gumbelNoise(seed, position, candidate.token),
  }))
  return keyed.reduce((a, b) => (comesBefore(b, a) ? b : a)).candidate
}

/** The tokens, best first, that no unreturned token can precede: up to the first rank's last candidate where that rank holds more. */
function knownPrefix(ranks: readonly HeadRow[], vocabularyLengths: readonly number[]): Candidate[] {
  const merged = ranks.flatMap((row) => row.candidates).sort((a, b) => (comesBefore(a, b) ? -1 : 1))
  const ends = ranks
    .filter(({ candidates }, rank) => candidates.length < vocabularyLengths[rank]!)
    .map(({ candidates }) => candidates.at(-1)!)
  if (ends.length === 0) return merged
  const end = ends.reduce(better)
  return merged.slice(0, merged.indexOf(end) + 1)
}

/** Over the whole vocabulary; `ranks[r]` is rank r's row of one position. */
export function logSumExpOf(ranks: readonly HeadRow[]): number {
  const maximum = Math.max(...ranks.map((row) => row.maximum))
  return maximum + Math.log(ranks.reduce((sum, { logSumExp }) => sum + Math.exp(logSumExp - maximum), 0))
}

/** How many of `known` the cuts keep, at least 1; `known.length` may mean that the cut lies beyond. */
function keptCount({ topK, topP, minP }: SamplingOptions, known: readonly Candidate[], logSumExp: number): number {
  const limit = topK === 0 ? known.length : Math.min(topK, known.length)
  const maximum = known[0]!.logit
  const best = known.slice(0, limit)
  const normalizer =
    topK === 0 ? logSumExp : maximum + Math.log(best.reduce((sum, { logit }) => sum + Math.exp(logit - maximum), 0))
  const lowest = maximum + Math.log(minP)
  let mass = 0
  for (const [index, { logit }] of best.entries()) {
    if (index > 0 && ((topP < 1 && mass >= topP) || logit < lowest)) return index
    mass += Math.exp(logit - normalizer)
  }
  return limit
}
