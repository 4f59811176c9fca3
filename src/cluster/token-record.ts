// One generated token as people may want to see it: its words, how likely it was, what else could have come, and what it took.
import type { GeneratedToken, TokenStep } from '../engine/generated-token.ts'
import type { Tokenizer } from '../model/tokenizer.ts'

export interface TokenRecord {
  token: number
  /** What it adds to the answer's text: '' where its bytes are not a whole character yet, and for one that ends the answer. */
  text: string
  /** By itself, for people; a special token as the vocabulary writes it. */
  name: string
  /** Exact over the whole vocabulary, after penalty and temperature, before the cuts (top-k, top-p, min-p). */
  probability: number
  /** The most likely ones, best first; the chosen one is among them where it is that likely. */
  likeliest: readonly { token: number; name: string; probability: number }[]
  step: TokenStep & { epoch: number }
}

/** A part of a growing answer: what was told together. */
export interface AnswerPiece {
  text: string
  tokens: readonly TokenRecord[]
}

export function tokenRecord(
  { token, probability, likeliest, step }: GeneratedToken,
  text: string,
  tokenizer: Tokenizer | null,
  epoch: number,
): TokenRecord {
  const nameOf = (named: number) => tokenName(named, tokenizer)
  return {
    token,
    text,
    name: nameOf(token),
    probability,
    likeliest: likeliest.map((likely) => ({ ...likely, name: nameOf(likely.token) })),
    step: { ...step, epoch },
  }
}

/** Bytes that are no whole character are shown as such. */
function tokenName(token: number, tokenizer: Tokenizer | null): string {
  if (!tokenizer) return `#${token}`
  const bytes = tokenizer.tokenBytes(token)
  return bytes.length === 0 ? tokenizer.tokenText(token) : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
