// From what somebody wrote to what an encoder sees at once.
import { HeadroomError } from '../base/errors.ts'
import type { SentenceOptions } from '../model/sentence-options.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import type { EncoderInput } from './encoding.ts'

export interface EncoderLimits {
  tokenizer: Tokenizer | null
  /** How texts are prepared and cut; null: as they stand, and whole. */
  sentence: SentenceOptions | null
  /** Tokens that the plan holds. */
  contextLength: number
  /** 0: the model knows no token types. */
  tokenTypeCount: number
}

export interface PreparedText {
  tokens: readonly number[]
  tokenTypes?: readonly number[] | undefined
  mask: readonly number[]
  /** Of the text's end, which the model does not see. */
  truncatedTokens: number
}

/**
 * Texts are cut as the model's files say; token ids never. Throws `bad-input` for no tokens, too many, a mask or token types that do not fit
 * them, or text for a model without tokenizer.
 */
export function encoderText(input: EncoderInput, limits: EncoderLimits): PreparedText {
  if ('text' in input) return fromText(input.text, limits)
  const { tokens, tokenTypes, attentionMask } = input
  requireFitting(tokens, limits)
  requireNumbers('attention mask', attentionMask, tokens.length, 2)
  if (attentionMask && !attentionMask.includes(1))
    throw new HeadroomError('bad-input', 'The attention mask hides every token. Leave at least one 1 in it.')
  requireNumbers('list of token types', tokenTypes, tokens.length, Math.max(1, limits.tokenTypeCount))
  return { tokens, tokenTypes, mask: attentionMask ?? tokens.map(() => 1), truncatedTokens: 0 }
}

function fromText(text: string, limits: EncoderLimits): PreparedText {
  const { tokenizer, sentence, contextLength } = limits
  if (!tokenizer)
    throw new HeadroomError(
      'bad-input',
      'This model came without a tokenizer, so it takes token ids only. Add its tokenizer.json.',
    )
  const prepared = sentence ? sentence.prefix + (sentence.lowerCase ? text.toLowerCase() : text) : text
  const whole = tokenizer.encode(prepared, { addSpecial: true })
  const maxTokens = sentence ? Math.min(sentence.maxTokens, contextLength) : Number.POSITIVE_INFINITY
  const tokens = whole.length > maxTokens ? tokenizer.encode(prepared, { addSpecial: true, maxTokens }) : whole
  requireFitting(tokens, limits)
  return { tokens, mask: tokens.map(() => 1), truncatedTokens: whole.length - tokens.length }
}

function requireFitting({ length }: readonly number[], { contextLength }: EncoderLimits): void {
  if (length === 0) throw new HeadroomError('bad-input', 'The text is empty. Write something.')
  if (length > contextLength)
    throw new HeadroomError(
      'bad-input',
      `The text has ${length} tokens, ${length - contextLength} more than the ${contextLength} that this model sees at once. Shorten it.`,
    )
}

function requireNumbers(what: string, values: readonly number[] | undefined, length: number, limit: number): void {
  if (!values) return
  if (values.length !== length)
    throw new HeadroomError(
      'bad-input',
      `The ${what} has ${values.length} numbers for ${length} tokens: give one each.`,
    )
  const bad = values.find((value) => !(Number.isInteger(value) && value >= 0 && value < limit))
  if (bad === undefined) return
  const allowed = limit === 1 ? 'only 0' : `0 to ${limit - 1}`
  throw new HeadroomError('bad-input', `The ${what} has a ${bad}, but this model knows ${allowed}.`)
}
