// The likeliest tokens of one place in a text, with their probabilities over the whole vocabulary: exact, though every rank gave away only
// its own best candidates, because each gave the sum over all of its rows too. What was asked for with penalty and temperature has the
// probabilities after them, before top-k, top-p and min-p.
import { comesBefore } from './head-codec.ts'
import { logSumExpOf } from './sampler.ts'
import { type Candidate, type HeadRequest, type HeadRow, plainRequest } from './sampling.ts'

export interface LikelyToken {
  token: number
  probability: number
}

/** What to ask each rank's head for. */
export function likeliestRequest(count: number): HeadRequest {
  return { ...plainRequest, candidates: count }
}

/**
 * `ranks[r]` is rank r's answer to a request for `count` tokens or more by logit, as `candidates` or as `likeliest`. Best first; as many as
 * there are where the vocabulary is smaller.
 */
export function likeliestTokens(ranks: readonly HeadRow[], count: number): LikelyToken[] {
  const logSumExp = logSumExpOf(ranks)
  return ranks
    .flatMap(({ candidates, likeliest }) => (likeliest.length > 0 ? likeliest : candidates).slice(0, count))
    .sort((a, b) => (comesBefore(a, b) ? -1 : 1))
    .slice(0, count)
    .map(({ token, logit }) => ({ token, probability: Math.exp(logit - logSumExp) }))
}

/** Of one that a rank gave away. */
export function probabilityOf({ logit }: Candidate, ranks: readonly HeadRow[]): number {
  return Math.exp(logit - logSumExpOf(ranks))
}
