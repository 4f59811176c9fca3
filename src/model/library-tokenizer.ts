// @huggingface/tokenizers behind steps that it takes exactly; the rest of tokenizer.json (templates, decoders, truncation) is not its work
// here. A charsmap, which it approximates by NFKC, is put in its place after building.
import { Tokenizer as LibraryTokenizer, PrecompiledNormalizer, SequenceNormalizer } from '@huggingface/tokenizers'
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { exactNormalizers } from './exact-normalizers.ts'
import { exactPreTokenizers } from './exact-pre-tokenizers.ts'
import { parseFields } from './parse-fields.ts'
import { type Charsmap, parseCharsmap } from './precompiled-charsmap.ts'
import { stepNotSupported, type TokenizerStep } from './tokenizer-step.ts'

/** What decides about the ids of a text, in tokenizer.json's form; `normalizer` may have a `SentencePieceCharsmap`. */
export interface TokenizerSteps {
  normalizer: unknown
  pre_tokenizer: unknown
  model: TokenizerStep
  added_tokens: readonly AddedToken[]
}

export interface AddedToken {
  id: number
  content: string
  special: boolean
  normalized?: boolean | undefined
  single_word?: boolean | undefined
  lstrip?: boolean | undefined
  rstrip?: boolean | undefined
}

/** Text to ids, without a template's special tokens. Throws `model-format` and, for a step that would differ, `model-unsupported`. */
export function buildLibraryTokenizer(steps: TokenizerSteps): (text: string) => number[] {
  const normalizers = exactNormalizers(steps.normalizer)
  const pretokenizers = exactPreTokenizers(steps.pre_tokenizer)
  checkAddedTokens(steps.added_tokens, normalizers, pretokenizers)
  checkModel(steps.model, pretokenizers)
  const library = build({
    normalizer:
      normalizers.length === 0
        ? null
        : inSequence(normalizers.map((step) => (isCharsmap(step) ? inSequence([]) : step))),
    pre_tokenizer: { type: 'Sequence', pretokenizers },
    model: steps.model,
    added_tokens: steps.added_tokens,
    post_processor: null,
    decoder: null,
  })
  const built = library.normalizer
  normalizers.forEach((step, index) => {
    if (isCharsmap(step) && built instanceof SequenceNormalizer) built.normalizers[index] = charsmapNormalizer(step)
  })
  return (text) => library.encode(text, { add_special_tokens: false }).ids
}

function inSequence(normalizers: readonly object[]) {
  return { type: 'Sequence', normalizers }
}

function isCharsmap({ type }: TokenizerStep): boolean {
  return type === 'Precompiled' || type === 'SentencePieceCharsmap'
}

class CharsmapNormalizer extends PrecompiledNormalizer {
  readonly #normalize: (text: string) => string

  constructor(normalize: (text: string) => string) {
    super({ type: 'Precompiled', precompiled_charsmap: '' })
    this.#normalize = normalize
  }

  override normalize(text: string): string {
    return this.#normalize(text)
  }
}

const charsmapFields = v.looseObject({ precompiled_charsmap: v.nullish(v.string('Base64')) })

function charsmapNormalizer(step: TokenizerStep): CharsmapNormalizer {
  const { precompiled_charsmap: base64 } = parseFields(charsmapFields, step, 'tokenizer.json, its normalizer')
  if (!base64) return new CharsmapNormalizer((text) => text)
  const charsmap: Charsmap = parseCharsmap(bytesOf(base64))
  return new CharsmapNormalizer(step.type === 'Precompiled' ? charsmap.normalizeGraphemes : charsmap.normalizeLongest)
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch (error) {
    throw new ModelFormatError("The tokenizer's precompiled_charsmap is no Base64.", 'model-format', { cause: error })
  }
}

function build(json: object): LibraryTokenizer {
  try {
    return new LibraryTokenizer(json, {})
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ModelFormatError(`The model's tokenizer cannot be built: ${reason}`, 'model-format', { cause: error })
  }
}

function checkAddedTokens(tokens: readonly AddedToken[], normalizers: TokenizerStep[], pretokenizers: TokenizerStep[]) {
  const firstOnly = pretokenizers.some((step) => step.type === 'Metaspace' && step.prepend_scheme === 'first')
  for (const { content, special, single_word, normalized = !special } of tokens) {
    if (single_word) throw stepNotSupported('added_tokens', `${content}, single_word`)
    if (!normalized || normalizers.length === 0) continue
    const changes = !/^[\x21-\x7e]*$/.test(content) && normalizers.some(isCharsmap)
    if (firstOnly || changes) throw stepNotSupported('added_tokens', `${content}, normalized`)
  }
}

const modelFields = v.looseObject({
  type: v.picklist(['BPE', 'Unigram', 'WordPiece'], 'one of BPE, Unigram, WordPiece'),
  vocab: v.union([v.array(v.unknown()), v.record(v.string(), v.number())], 'an object or a list of the tokens'),
  dropout: v.nullish(v.number()),
  byte_fallback: v.nullish(v.boolean()),
  fuse_unk: v.nullish(v.boolean()),
  unk_token: v.nullish(v.string()),
  unk_id: v.nullish(v.number()),
  continuing_subword_prefix: v.nullish(v.string()),
  end_of_word_suffix: v.nullish(v.string()),
})

function checkModel(model: TokenizerStep, pretokenizers: TokenizerStep[]) {
  const fields = parseFields(modelFields, model, 'tokenizer.json, its model')
  const refuse = (what: string) => stepNotSupported('model', `${fields.type}, ${what}`)
  const prefix = fields.continuing_subword_prefix ?? ''
  if (prefix !== (fields.type === 'WordPiece' ? '##' : '')) throw refuse(`continuing_subword_prefix "${prefix}"`)
  if (fields.end_of_word_suffix) throw refuse(`end_of_word_suffix "${fields.end_of_word_suffix}"`)
  if (fields.dropout) throw refuse(`dropout ${fields.dropout}`)
  if (fields.type === 'Unigram' && fields.byte_fallback) throw refuse('byte_fallback')
  if (fields.type === 'Unigram' && fields.unk_id == null) throw refuse('no unk_id')
  const { vocab } = fields
  const hasUnknown = Array.isArray(vocab) ? (fields.unk_id ?? 0) in vocab : Object.hasOwn(vocab, fields.unk_token ?? '')
  if (fields.type !== 'BPE' && !hasUnknown)
    throw new ModelFormatError(
      `The tokenizer's token for the unknown, ${fields.unk_token ?? fields.unk_id ?? 'none'}, is not in its vocabulary.`,
    )
  // The library joins unknown tokens across words, the model's own tokenizer within one.
  if (fields.type === 'BPE' && fields.fuse_unk && fields.unk_token != null && !fields.byte_fallback)
    if (pretokenizers.length > 0) throw refuse('fuse_unk')
}
