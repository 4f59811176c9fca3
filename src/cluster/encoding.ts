// What models that embed text are asked and say.
import type { Pooling } from '../model/pooling.ts'

export interface EncoderAbilities {
  pooling: Pooling
  /** How a word to guess is written; null where the model guesses none. */
  maskText: string | null
}

/** What an encoder takes; token types and mask are its own. */
export type EncoderInput =
  /** As it stands: special tokens around it as the model says, those in it parsed. */
  { text: string } | { tokens: readonly number[]; tokenTypes?: readonly number[]; attentionMask?: readonly number[] }

export interface EncodeRequest {
  inputs: readonly EncoderInput[]
  /** The likeliest tokens for the one mask of every input; 0: none. Texts are then taken whole or refused, never cut. */
  maskCandidates: number
  hidden: boolean
  /** Whole logits of every token too, where the model has a head. */
  logits: boolean
}

/** What an encoder makes of one text; arrays of numbers are row-major float32. */
export interface Encoding {
  tokens: number[]
  /** 0 for tokens that nobody looked at. */
  attentionMask: number[]
  /** Tokens at the text's end that were cut off, because the model reads no more. */
  truncatedTokens: number
  /** Pooled as the model's own files say, `[H]`. */
  embedding: Float32Array
  /** The last layer's output, `[T, H]`; null unless asked for. */
  hidden: Float32Array | null
  /** Of the masked-language head, `[T, V]`; null unless asked for, or without such a head. */
  logits: Float32Array | null
  /** For the masked word, likeliest first; null unless asked for. */
  candidates: MaskCandidate[] | null
  /** Measured on the leader. */
  timings: EncodeTimings
}

export interface MaskCandidate {
  token: number
  text: string
  /** Over the whole vocabulary. */
  probability: number
}

/** Of the one step over the text. */
export interface EncodeTimings {
  encodeMs: number
  /** One entry per collective. */
  collectiveMs: number[]
  /** All ranks together. */
  bytes: number
  rounds: number
}
