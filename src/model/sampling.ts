// The words of sampling over a split vocabulary. A rank returns candidates and two numbers per row, never its logits (unless asked):
// the leader merges them exactly. Gumbel-max (Gumbel 1954; Maddison et al. 2014): argmax(logit / t + g) is a sample of the softmax.

export interface SamplingOptions {
  /** 0 is greedy. */
  temperature: number
  /** 0: no limit. */
  topK: number
  /** 1: no cut. */
  topP: number
  /** Relative to the likeliest token; 0: no cut. */
  minP: number
  /** Divides positive and multiplies negative logits of tokens seen; 1: none (Keskar et al. 2019). */
  repetitionPenalty: number
  seed: number
}

/** What the leader asks each rank's head for; travels with the step. JSON-safe. */
export interface HeadRequest {
  /** Best k of my rows, by `order`, per row. 0: none. */
  candidates: number
  /** `logit`: largest adjusted logit. `noise`: largest adjusted logit + Gumbel noise(seed, position, token). */
  order: 'logit' | 'noise'
  temperature: number
  repetitionPenalty: number
  /** Distinct token ids the penalty applies to. */
  seenTokens: readonly number[]
  seed: number
  /** Best k of my rows by logit besides, per row, for people; 0: none. What is ordered by logit needs none. */
  likeliest: number
  /** Whole raw logits of my rows too. */
  logits: boolean
}

/** The logits as they are, and no candidates: what other requests are made from. */
export const plainRequest: HeadRequest = {
  candidates: 0,
  order: 'logit',
  temperature: 0,
  repetitionPenalty: 1,
  seenTokens: [],
  seed: 0,
  likeliest: 0,
  logits: false,
}

export interface Candidate {
  token: number
  /** After penalty, divided by the temperature (by 1 when greedy). */
  logit: number
}

/** One row's (one position's) answer of one rank. */
export interface HeadRow {
  /** Position of the token whose next token this predicts. */
  position: number
  /** Best first by the request's order; ties to the lower token id. */
  candidates: Candidate[]
  /** Largest adjusted logit of my vocabulary rows; -Infinity when I hold none. */
  maximum: number
  /** log(sum(exp(adjusted logit))) over my vocabulary rows; -Infinity when I hold none. */
  logSumExp: number
  /** Largest adjusted logits, best first; only when asked. */
  likeliest: Candidate[]
  /** Raw logits of my vocabulary rows, only when asked. */
  logits: Float32Array | null
}

export type HeadResult = HeadRow[]
