// The four kinds of vocabulary in a GGUF file, each as tokenizer.json would have it. Source: llama.cpp's llama-vocab.cpp, its loader (the
// defaults) and its sessions (what is done to a text), and its converters (what they write).
import { ModelFormatError } from '../base/errors.ts'
import { GGUF_METADATA, perToken, type TokenizerFields, TokenType, tokenTypes } from './gguf-tokenizer-fields.ts'
import { findPreTokenizer, preTokenizerJson } from './pre-tokenizers.ts'
import { sentencePieceMerges } from './sentence-piece-merges.ts'
import type { VocabularyStyle } from './token-bytes.ts'
import type { TokenizerStep } from './tokenizer-step.ts'

export type SpecialToken = 'bos' | 'eos' | 'eot' | 'eom' | 'sep' | 'mask'

export interface GgufVocabulary {
  /** By id, as tokenizer.json writes them. */
  pieces: readonly string[]
  /** Without `vocab` where it is the pieces by id. */
  model: TokenizerStep
  normalizer: object | null
  preTokenizer: object | null
  style: VocabularyStyle
  addsLeadingSpace: boolean
  /** Around a text, where the metadata does not say. */
  adds: { bos: boolean; eos: boolean; sep: boolean }
  /** Where the metadata does not say. */
  defaults: Partial<Record<SpecialToken, number>>
}

/** Throws `model-format` for what is missing and `model-unsupported` for another kind. */
export function readGgufVocabulary(fields: TokenizerFields): GgufVocabulary {
  const kind = fields['tokenizer.ggml.model']
  if (kind === 'gpt2') return byteLevel(fields)
  if (kind === 'llama') return sentencePiece(fields)
  if (kind === 'bert') return wordPiece(fields)
  if (kind === 't5') return unigram(fields)
  throw new ModelFormatError(
    `The tokenizer ${JSON.stringify(kind.slice(0, 40))} ("tokenizer.ggml.model") is not supported yet. Byte-level BPE ("gpt2"), SentencePiece BPE ("llama"), WordPiece ("bert") and Unigram ("t5") are.`,
    'model-unsupported',
  )
}

function byteLevel(fields: TokenizerFields): GgufVocabulary {
  const merges = fields['tokenizer.ggml.merges']
  if (merges === undefined) throw new ModelFormatError(`${GGUF_METADATA}: "tokenizer.ggml.merges" is missing.`)
  const preTokenizer = findPreTokenizer(fields['tokenizer.ggml.pre'])
  return {
    pieces: fields['tokenizer.ggml.tokens'],
    model: { type: 'BPE', merges, ignore_merges: preTokenizer.ignoreMerges },
    normalizer: null,
    preTokenizer: preTokenizerJson(preTokenizer),
    style: 'byteLevel',
    addsLeadingSpace: false,
    adds: { bos: preTokenizer.addBos, eos: false, sep: false },
    defaults: {},
  }
}

function sentencePiece(fields: TokenizerFields): GgufVocabulary {
  const pieces = fields['tokenizer.ggml.tokens']
  const addPrefix = fields['tokenizer.ggml.add_space_prefix'] ?? true
  return {
    pieces,
    model: {
      type: 'BPE',
      merges: sentencePieceMerges(pieces, requiredScores(fields)),
      byte_fallback: true,
      fuse_unk: true,
      unk_token: pieces[fields['tokenizer.ggml.unknown_token_id'] ?? 0],
    },
    normalizer: inSequence([...(addPrefix ? [PREFIX] : []), SPACES]),
    preTokenizer: null,
    style: 'sentencePiece',
    addsLeadingSpace: addPrefix,
    adds: { bos: true, eos: false, sep: false },
    defaults: { bos: 1, eos: 2 },
  }
}

/**
 * Converters drop `##` from continuations and put U+2581 before everything else but special tokens. A word of more than 100 characters is
 * unknown, as for every BERT's own tokenizer; llama.cpp alone would cut it.
 */
function wordPiece(fields: TokenizerFields): GgufVocabulary {
  const isSpecial = tokenTypes(fields, (type) => type !== TokenType.normal)
  const pieces = fields['tokenizer.ggml.tokens'].map((piece, token) => {
    if (isSpecial(token)) return piece
    return piece.startsWith('\u2581') ? piece.slice(1) : `##${piece}`
  })
  const defaults = { bos: 101, sep: 102, mask: 103 }
  const lowercase = fields['tokenizer.ggml.normalizer.lowercase'] ?? true
  return {
    pieces,
    model: {
      type: 'WordPiece',
      unk_token: pieces[fields['tokenizer.ggml.unknown_token_id'] ?? 100],
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: fields['tokenizer.ggml.normalizer.strip_accents'] ?? lowercase,
      lowercase,
    },
    preTokenizer: { type: 'BertPreTokenizer' },
    style: 'wordPiece',
    addsLeadingSpace: true,
    adds: { bos: true, eos: false, sep: true },
    defaults,
  }
}

function unigram(fields: TokenizerFields): GgufVocabulary {
  const pieces = fields['tokenizer.ggml.tokens']
  const scores = requiredScores(fields)
  const isNormal = tokenTypes(fields, (type) => type === TokenType.normal)
  const lowest = scores.reduce((least, score, token) => (isNormal(token) ? Math.min(least, score) : least), 0)
  // Only normal pieces are looked for: the library looks for all, so the others get a text that none has, and a score that sets none.
  const entries = pieces.map((piece, token): [string, number] =>
    isNormal(token) ? [piece, scores[token]!] : [`\u{10ffff}${piece}`, lowest],
  )
  const merges = fields['tokenizer.ggml.remove_extra_whitespaces'] ?? false
  const addPrefix = fields['tokenizer.ggml.add_space_prefix'] ?? true
  const charsmap = fields['tokenizer.ggml.precompiled_charsmap'] ?? []
  const base64 = btoa(charsmap.map((byte) => String.fromCharCode(byte & 0xff)).join(''))
  return {
    pieces,
    model: {
      type: 'Unigram',
      unk_id: fields['tokenizer.ggml.unknown_token_id'] ?? 2,
      vocab: entries,
    },
    normalizer: inSequence([
      { type: 'SentencePieceCharsmap', precompiled_charsmap: base64 },
      ...(merges ? MERGED_SPACES : []),
      ...(addPrefix || merges ? [PREFIX] : []),
      SPACES,
    ]),
    preTokenizer: null,
    style: 'sentencePiece',
    addsLeadingSpace: addPrefix || merges,
    adds: { bos: false, eos: true, sep: false },
    defaults: { eos: 1 },
  }
}

const SPACES = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' }
const PREFIX = { type: 'Prepend', prepend: '\u2581' }
const MERGED_SPACES = [
  { type: 'Replace', pattern: { Regex: '\\A +| +\\z' }, content: '' },
  { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
]

function inSequence(normalizers: readonly object[]) {
  return { type: 'Sequence', normalizers }
}

function requiredScores(fields: TokenizerFields): readonly number[] {
  const scores = perToken(fields, 'tokenizer.ggml.scores')
  if (scores !== null) return scores
  throw new ModelFormatError(`${GGUF_METADATA}: "tokenizer.ggml.scores" is missing.`)
}
