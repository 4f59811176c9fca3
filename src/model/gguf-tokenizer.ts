// GGUF's tokenizer metadata as a tokenizer.json for @huggingface/tokenizers. Sources: ggml's docs/gguf.md; llama.cpp's llama-vocab.cpp,
// whose token ids these must equal. SentencePiece vocabularies come with scores and no merges: a merge is any split of a piece into two, by
// the piece's score. Byte-level ones name their pre-tokenizer (`tokenizer.ggml.pre`); an unknown one is refused, as it would change ids.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { parseFields, wholeNumber } from './parse-fields.ts'
import { findPreTokenizer, preTokenizerJson } from './pre-tokenizers.ts'
import { sentencePieceMerges } from './sentence-piece-merges.ts'
import { findStopTokens } from './stop-tokens.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

const SOURCE = 'GGUF metadata'

const listOf = <Item>(isItem: (value: unknown) => value is Item, words: string) =>
  v.custom<Item[]>((list) => Array.isArray(list) && list.length > 0 && list.every(isItem), `a list of ${words}`)
const strings = listOf((value) => typeof value === 'string', 'strings')
const numbers = listOf((value) => typeof value === 'number', 'numbers')
const tokenId = v.optional(wholeNumber(0, 4_194_304))
const flag = v.optional(v.boolean('true or false'))

const tokenizerFields = v.looseObject({
  'tokenizer.ggml.model': v.string('the name of a kind of tokenizer'),
  'tokenizer.ggml.pre': v.optional(v.string('the name of a pre-tokenizer')),
  'tokenizer.ggml.tokens': strings,
  'tokenizer.ggml.token_type': v.optional(numbers),
  'tokenizer.ggml.scores': v.optional(numbers),
  'tokenizer.ggml.merges': v.optional(strings),
  'tokenizer.ggml.bos_token_id': tokenId,
  'tokenizer.ggml.eos_token_id': tokenId,
  'tokenizer.ggml.eot_token_id': tokenId,
  'tokenizer.ggml.eom_token_id': tokenId,
  'tokenizer.ggml.unknown_token_id': tokenId,
  'tokenizer.ggml.add_bos_token': flag,
  'tokenizer.ggml.add_space_prefix': flag,
})
type TokenizerFields = v.InferOutput<typeof tokenizerFields>

/** llama.cpp's token types. */
const NORMAL = 1
const UNKNOWN = 2
const CONTROL = 3
const USER_DEFINED = 4

/** Throws `model-format` for damaged metadata and `model-unsupported` for a kind of tokenizer that is not read yet. */
export function tokenizerFromGguf(metadata: Readonly<Record<string, unknown>>): Tokenizer {
  const fields = parseFields(tokenizerFields, metadata, SOURCE)
  const pieces = fields['tokenizer.ggml.tokens']
  const types = sameLength(fields, 'tokenizer.ggml.token_type') ?? []
  const tokensOfType = (...wanted: number[]) =>
    Array.from(pieces.keys()).filter((token) => wanted.includes(types[token] ?? NORMAL))
  const hidden = tokensOfType(UNKNOWN, CONTROL)
  const literal = tokensOfType(USER_DEFINED)
  const { model, steps, style, addBos, defaults } = vocabularyOf(fields)
  const special = (name: 'bos' | 'eos' | 'eot' | 'eom') => {
    const token = fields[`tokenizer.ggml.${name}_token_id`] ?? defaults[name]
    if (token === undefined) return null
    if (token < pieces.length) return token
    throw new ModelFormatError(
      `${SOURCE}: "tokenizer.ggml.${name}_token_id" is ${token}, but the vocabulary has ${pieces.length} tokens.`,
    )
  }
  const added = (token: number, isSpecial: boolean) => ({
    id: token,
    content: pieces[token]!,
    special: isSpecial,
    normalized: false,
  })
  const bosToken = special('bos')
  const eosToken = special('eos')
  return createTokenizer({
    tokenizerJson: {
      normalizer: null,
      pre_tokenizer: null,
      ...steps,
      post_processor: null,
      decoder: null,
      added_tokens: [...hidden.map((token) => added(token, true)), ...literal.map((token) => added(token, false))],
      model: { ...model, vocab: Object.fromEntries(pieces.map((piece, token) => [piece, token])) },
    },
    tokenizerConfig: {},
    pieces,
    style,
    hiddenTokens: new Set(hidden),
    literalTokens: new Set(literal),
    addBos: fields['tokenizer.ggml.add_bos_token'] ?? addBos,
    addsLeadingSpace: 'normalizer' in steps && steps.normalizer.normalizers.length > 1,
    bosToken,
    eosToken,
    stopTokens: findStopTokens(
      [eosToken, special('eot'), special('eom')],
      hidden.map((token) => [token, pieces[token]!]),
    ),
  })
}

/** What differs between the two kinds of vocabulary. */
function vocabularyOf(fields: TokenizerFields) {
  const kind = fields['tokenizer.ggml.model']
  if (kind === 'gpt2') return byteLevelVocabulary(fields)
  if (kind === 'llama') return sentencePieceVocabulary(fields)
  throw new ModelFormatError(
    `The tokenizer ${JSON.stringify(kind.slice(0, 40))} ("tokenizer.ggml.model") is not supported yet. Byte-level BPE ("gpt2") and SentencePiece BPE ("llama") are.`,
    'model-unsupported',
  )
}

function byteLevelVocabulary(fields: TokenizerFields) {
  const merges = fields['tokenizer.ggml.merges']
  if (merges === undefined) throw new ModelFormatError(`${SOURCE}: "tokenizer.ggml.merges" is missing.`)
  const preTokenizer = findPreTokenizer(fields['tokenizer.ggml.pre'])
  return {
    model: { type: 'BPE', merges, ignore_merges: preTokenizer.ignoreMerges },
    steps: { pre_tokenizer: preTokenizerJson(preTokenizer) },
    style: 'byteLevel' as const,
    addBos: preTokenizer.addBos,
    defaults: {} as SpecialTokens,
  }
}

function sentencePieceVocabulary(fields: TokenizerFields) {
  const pieces = fields['tokenizer.ggml.tokens']
  const scores = sameLength(fields, 'tokenizer.ggml.scores')
  if (scores === null) throw new ModelFormatError(`${SOURCE}: "tokenizer.ggml.scores" is missing.`)
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' }
  const prefix = { type: 'Prepend', prepend: '\u2581' }
  const addPrefix = fields['tokenizer.ggml.add_space_prefix'] ?? true
  return {
    model: {
      type: 'BPE',
      merges: sentencePieceMerges(pieces, scores),
      byte_fallback: true,
      fuse_unk: true,
      unk_token: pieces[fields['tokenizer.ggml.unknown_token_id'] ?? 0],
    },
    steps: { normalizer: { type: 'Sequence', normalizers: addPrefix ? [prefix, spaces] : [spaces] } },
    style: 'sentencePiece' as const,
    addBos: true,
    defaults: { bos: 1, eos: 2 } as SpecialTokens,
  }
}

type SpecialTokens = Partial<Record<'bos' | 'eos' | 'eot' | 'eom', number>>

function sameLength(
  fields: TokenizerFields,
  key: 'tokenizer.ggml.token_type' | 'tokenizer.ggml.scores',
): number[] | null {
  const list = fields[key]
  if (list === undefined) return null
  const { length } = fields['tokenizer.ggml.tokens']
  if (list.length === length) return list
  throw new ModelFormatError(`${SOURCE}: "${key}" has ${list.length} entries, but the vocabulary ${length}.`)
}
