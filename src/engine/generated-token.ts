// What is told of every token beside its id: how likely it was, what else could have come, and what making it took.
import { type LikelyToken, likeliestTokens, probabilityOf } from '../model/likeliest-tokens.ts'
import { shownTokens } from '../model/sampler.ts'
import type { Candidate, HeadRow } from '../model/sampling.ts'
import type { RankTimes } from './step-times.ts'

/** A token with what people may want to know of it. */
export interface GeneratedToken {
  token: number
  /** Exact over the whole vocabulary, after penalty and temperature, before the cuts (top-k, top-p, min-p). */
  probability: number
  /** The most likely ones, best first, with probabilities of the same kind. */
  likeliest: LikelyToken[]
  step: TokenStep
}

/** What making one token took, measured on the leader. */
export interface TokenStep {
  /** From the last token's end to the choice; of the first one that a leader makes, from when the prompt's reading began. */
  stepMs: number
  /** Tokens of the prompt that were read for it, cached ones not among them; null for tokens after the first. */
  promptTokens: number | null
  /** Payload and headers sent by all ranks together. */
  bytes: number
  /** Collectives that waited for one another. */
  rounds: number
  /** In rank order. */
  ranks: RankTimes[]
}

export interface Choice {
  chosen: Candidate
  /** The heads' answers that it was chosen from. */
  ranks: readonly HeadRow[]
}

export function generatedToken({ chosen, ranks }: Choice, step: TokenStep): GeneratedToken {
  const probability = probabilityOf(chosen, ranks)
  return { token: chosen.token, probability, likeliest: likeliestTokens(ranks, shownTokens), step }
}
