import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { wholeNumber } from './parse-fields.ts'

export const GGUF_METADATA = 'GGUF metadata'

const listOf = <Item>(isItem: (value: unknown) => value is Item, words: string) =>
  v.custom<Item[]>((list) => Array.isArray(list) && list.length > 0 && list.every(isItem), `a list of ${words}`)
const strings = listOf((value) => typeof value === 'string', 'strings')
const numbers = listOf((value) => typeof value === 'number', 'numbers')
const tokenId = v.optional(wholeNumber(0, 4_194_304))
const flag = v.optional(v.boolean('true or false'))

/** GGUF's keys for the tokenizer. Source: ggml's docs/gguf.md; llama.cpp's llama-arch.cpp. */
export const tokenizerFields = v.looseObject({
  'tokenizer.ggml.model': v.string('the name of a kind of tokenizer'),
  'tokenizer.ggml.pre': v.optional(v.string('the name of a pre-tokenizer')),
  'tokenizer.ggml.tokens': strings,
  'tokenizer.ggml.token_type': v.optional(numbers),
  'tokenizer.ggml.scores': v.optional(numbers),
  'tokenizer.ggml.merges': v.optional(strings),
  'tokenizer.ggml.precompiled_charsmap': v.optional(numbers),
  'tokenizer.ggml.bos_token_id': tokenId,
  'tokenizer.ggml.cls_token_id': tokenId,
  'tokenizer.ggml.eos_token_id': tokenId,
  'tokenizer.ggml.eot_token_id': tokenId,
  'tokenizer.ggml.eom_token_id': tokenId,
  'tokenizer.ggml.seperator_token_id': tokenId,
  'tokenizer.ggml.mask_token_id': tokenId,
  'tokenizer.ggml.unknown_token_id': tokenId,
  'tokenizer.ggml.add_bos_token': flag,
  'tokenizer.ggml.add_eos_token': flag,
  'tokenizer.ggml.add_space_prefix': flag,
  'tokenizer.ggml.remove_extra_whitespaces': flag,
  'tokenizer.ggml.normalizer.lowercase': flag,
  'tokenizer.ggml.normalizer.strip_accents': flag,
})
export type TokenizerFields = v.InferOutput<typeof tokenizerFields>

/** llama.cpp's token types. */
export const TokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4 } as const

/** Throws `model-format` where the list is not one entry for each token. */
export function perToken(
  fields: TokenizerFields,
  key: 'tokenizer.ggml.token_type' | 'tokenizer.ggml.scores',
): readonly number[] | null {
  const list = fields[key]
  if (list === undefined) return null
  const { length } = fields['tokenizer.ggml.tokens']
  if (list.length === length) return list
  throw new ModelFormatError(`${GGUF_METADATA}: "${key}" has ${list.length} entries, but the vocabulary ${length}.`)
}

/** Which tokens are of a type; without types in the file all are normal. */
export function tokenTypes(fields: TokenizerFields, wanted: (type: number) => boolean): (token: number) => boolean {
  const types = perToken(fields, 'tokenizer.ggml.token_type') ?? []
  return (token) => wanted(types[token] ?? TokenType.normal)
}
