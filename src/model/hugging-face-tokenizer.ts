// A tokenizer from Hugging Face's files: tokenizer.json, and where they are there tokenizer_config.json (special tokens by name) and
// generation_config.json (stop tokens by id). Source: huggingface/tokenizers, its serialization of each step.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { parseFields, wholeNumber } from './parse-fields.ts'
import { parseSpecialTemplate } from './special-template.ts'
import { findStopTokens } from './stop-tokens.ts'
import type { VocabularyStyle } from './token-bytes.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

/** Parsed JSON of each file; plain data. */
export interface HuggingFaceTokenizerFiles {
  tokenizerJson: unknown
  tokenizerConfig?: unknown
  generationConfig?: unknown
}

const LARGEST_ID = 4_194_304
const tokenId = wholeNumber(0, LARGEST_ID)
const flag = v.boolean('true or false')
const step = v.nullish(v.looseObject({ type: v.string('a word') }, 'an object'))

const tokenizerFields = v.looseObject(
  {
    added_tokens: v.optional(
      v.array(
        v.looseObject({
          id: tokenId,
          content: v.string('text'),
          special: v.optional(flag, false),
          normalized: v.optional(flag),
          single_word: v.optional(flag),
        }),
        'a list of tokens',
      ),
      [],
    ),
    normalizer: step,
    pre_tokenizer: step,
    post_processor: step,
    decoder: step,
    model: v.looseObject(
      {
        type: v.optional(v.picklist(['BPE', 'Unigram', 'WordPiece'], 'one of BPE, Unigram, WordPiece')),
        vocab: v.union(
          [v.record(v.string(), v.number()), v.array(v.looseTuple([v.string(), v.number()]))],
          'an object or a list of the tokens',
        ),
      },
      'an object',
    ),
  },
  'a JSON object',
)
type TokenizerFields = v.InferOutput<typeof tokenizerFields>

const namedToken = v.nullish(
  v.union(
    [
      v.string(),
      v.pipe(
        v.looseObject({ content: v.string() }),
        v.transform(({ content }) => content),
      ),
    ],
    'a token',
  ),
)
const configFields = v.looseObject(
  { bos_token: namedToken, eos_token: namedToken, mask_token: namedToken, add_bos_token: v.nullish(flag, false) },
  'a JSON object',
)
const generationFields = v.looseObject(
  {
    bos_token_id: v.nullish(tokenId),
    eos_token_id: v.nullish(v.union([tokenId, v.array(tokenId)], 'a token id or a list of them')),
  },
  'a JSON object',
)

/** Of the vocabularies of BERT and of RoBERTa, where no file names the token. */
const MASK_NAMES: ReadonlySet<string> = new Set(['[MASK]', '<mask>'])

/** Throws `model-format` where a file is not what it should be, `model-unsupported` for a step that would give other ids. */
export function tokenizerFromHuggingFace(files: HuggingFaceTokenizerFiles): Tokenizer {
  const json = parseFields(tokenizerFields, files.tokenizerJson, 'tokenizer.json')
  const config = parseFields(configFields, files.tokenizerConfig ?? {}, 'tokenizer_config.json')
  const generation = parseFields(generationFields, files.generationConfig ?? {}, 'generation_config.json')
  const pieces = piecesOf(json)
  const special = json.added_tokens.filter((token) => token.special)
  const idOf = (text: string | null | undefined) => {
    if (text == null) return null
    const token = json.added_tokens.find(({ content }) => content === text)?.id ?? pieces.indexOf(text)
    if (token >= 0) return token
    throw new ModelFormatError(
      `tokenizer_config.json names the token ${JSON.stringify(text)}, which is not in the vocabulary.`,
    )
  }
  const bosToken = idOf(config.bos_token) ?? generation.bos_token_id ?? null
  const eosTokens = [generation.eos_token_id ?? []].flat()
  const eosToken = idOf(config.eos_token) ?? eosTokens[0] ?? null
  const gaps = [...pieces.keys()].filter((token) => pieces[token] === '')
  const template = parseSpecialTemplate(json.post_processor)
  const addsBos = config.add_bos_token && bosToken !== null && !template.prefix.includes(bosToken)
  return createTokenizer({
    steps: {
      normalizer: json.normalizer,
      pre_tokenizer: json.pre_tokenizer,
      model: { ...json.model, type: json.model.type ?? typeOf(json.model) },
      added_tokens: json.added_tokens,
    },
    prefix: addsBos ? [bosToken, ...template.prefix] : template.prefix,
    suffix: template.suffix,
    pieces,
    style: styleOf(json),
    hiddenTokens: new Set([...special.map(({ id }) => id), ...gaps]),
    literalTokens: new Set(json.added_tokens.filter((token) => !token.special).map(({ id }) => id)),
    addsLeadingSpace: addsLeadingSpace(json),
    bosToken,
    eosToken,
    maskToken: idOf(config.mask_token ?? special.find(({ content }) => MASK_NAMES.has(content))?.content),
    stopTokens: findStopTokens(
      [eosToken, ...eosTokens],
      special.map(({ id, content }) => [id, content]),
    ),
  })
}

/** Files of the library's first years do not say it. */
function typeOf(model: TokenizerFields['model']): string {
  if (Array.isArray(model.vocab)) return 'Unigram'
  return 'merges' in model ? 'BPE' : 'WordPiece'
}

/** By id; ids that no token has are ''. */
function piecesOf({ model: { vocab }, added_tokens }: TokenizerFields): string[] {
  const entries: [string, number][] = Array.isArray(vocab)
    ? vocab.map(([piece], token) => [piece, token])
    : Object.entries(vocab)
  const all = [...entries, ...added_tokens.map(({ content, id }): [string, number] => [content, id])]
  const pieces: string[] = []
  for (const [piece, token] of all) {
    if (!Number.isInteger(token) || token < 0 || token > LARGEST_ID) {
      throw new ModelFormatError(
        `tokenizer.json: the id of ${JSON.stringify(piece)} is ${token}, but must be a whole number from 0 to ${LARGEST_ID}.`,
      )
    }
    pieces[token] = piece
  }
  if (pieces.length === 0) throw new ModelFormatError('tokenizer.json: the vocabulary is empty.')
  return Array.from(pieces, (piece) => piece ?? '')
}

function styleOf({ model, pre_tokenizer, decoder }: TokenizerFields): VocabularyStyle {
  if (model.type === 'WordPiece') return 'wordPiece'
  return hasStep(pre_tokenizer, 'ByteLevel') || hasStep(decoder, 'ByteLevel') ? 'byteLevel' : 'sentencePiece'
}

function addsLeadingSpace(json: TokenizerFields): boolean {
  if (styleOf(json) === 'wordPiece') return true
  const { normalizer, pre_tokenizer } = json
  const metaspace =
    hasStep(pre_tokenizer, 'Metaspace') && !/"never"|"add_prefix_space":false/.test(JSON.stringify(pre_tokenizer))
  return styleOf(json) === 'sentencePiece' && (hasStep(normalizer, 'Prepend') || metaspace)
}

/** Is there a step of this type, alone or in a sequence? */
function hasStep(steps: unknown, type: string): boolean {
  return JSON.stringify(steps ?? null).includes(`"type":"${type}"`)
}
