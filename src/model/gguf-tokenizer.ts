// GGUF's tokenizer metadata as a tokenizer.json for @huggingface/tokenizers. Sources: ggml's docs/gguf.md; llama.cpp's llama-vocab.cpp,
// whose token ids these must equal. SentencePiece vocabularies come with scores and no merges: a merge is any split of a piece into two, by
// the piece's score. Byte-level ones name their pre-tokenizer (`tokenizer.ggml.pre`); an unknown one is refused, as it would change ids.
import { ModelFormatError } from '../base/errors.ts'
import { GGUF_METADATA, TokenType, tokenizerFields, tokenTypes } from './gguf-tokenizer-fields.ts'
import { readGgufVocabulary, type SpecialToken } from './gguf-vocabulary.ts'
import { parseFields } from './parse-fields.ts'
import { findStopTokens } from './stop-tokens.ts'
import { createTokenizer, type Tokenizer } from './tokenizer.ts'

const KEYS = {
  bos: ['bos', 'cls'],
  eos: ['eos'],
  eot: ['eot'],
  eom: ['eom'],
  // The format's own spelling.
  sep: ['seperator'],
  mask: ['mask'],
} as const satisfies Record<SpecialToken, readonly string[]>

/** Throws `model-format` for damaged metadata and `model-unsupported` for a kind of tokenizer that is not read yet. */
export function tokenizerFromGguf(metadata: Readonly<Record<string, unknown>>): Tokenizer {
  const fields = parseFields(tokenizerFields, metadata, GGUF_METADATA)
  const vocabulary = readGgufVocabulary(fields)
  const { pieces, adds } = vocabulary
  const tokensOfType = (...wanted: number[]) =>
    Array.from(pieces.keys()).filter(tokenTypes(fields, (type) => wanted.includes(type)))
  const special = (name: SpecialToken) => {
    for (const key of KEYS[name].map((word) => `tokenizer.ggml.${word}_token_id` as const)) {
      const token = fields[key]
      if (token === undefined) continue
      if (token < pieces.length) return token
      throw new ModelFormatError(
        `${GGUF_METADATA}: "${key}" is ${token}, but the vocabulary has ${pieces.length} tokens.`,
      )
    }
    const token = vocabulary.defaults[name]
    return token !== undefined && token < pieces.length ? token : null
  }
  const [bosToken, eosToken, maskToken] = [special('bos'), special('eos'), special('mask')]
  const hidden = tokensOfType(TokenType.unknown, TokenType.control)
  const literal = tokensOfType(TokenType.userDefined)
  const added = (token: number, isSpecial: boolean) => ({
    id: token,
    content: pieces[token]!,
    special: isSpecial,
    normalized: false,
  })
  const given = (isAdded: boolean, token: number | null) => (isAdded && token !== null ? [token] : [])
  return createTokenizer({
    steps: {
      normalizer: vocabulary.normalizer,
      pre_tokenizer: vocabulary.preTokenizer,
      model: { vocab: Object.fromEntries(pieces.map((piece, token) => [piece, token])), ...vocabulary.model },
      added_tokens: [...hidden.map((token) => added(token, true)), ...literal.map((token) => added(token, false))],
    },
    prefix: given(fields['tokenizer.ggml.add_bos_token'] ?? adds.bos, bosToken),
    suffix: adds.sep
      ? given(true, special('sep'))
      : given(fields['tokenizer.ggml.add_eos_token'] ?? adds.eos, eosToken),
    pieces,
    style: vocabulary.style,
    hiddenTokens: new Set(hidden),
    literalTokens: new Set(literal),
    addsLeadingSpace: vocabulary.addsLeadingSpace,
    bosToken,
    eosToken,
    maskToken,
    stopTokens: findStopTokens(
      [eosToken, special('eot'), special('eom')],
      hidden.map((token) => [token, pieces[token]!]),
    ),
  })
}
