// Text to token ids and back. @huggingface/tokenizers encodes; decoding is by bytes here, because a streamed answer may break a
// character across tokens. Inputs are plain data (GGUF metadata, tokenizer.json), so that they can be sent to a worker.
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { HeadroomError, ModelFormatError } from '../base/errors.ts'
import { pieceBytes, type VocabularyStyle } from './token-bytes.ts'

export interface Tokenizer {
  readonly vocabSize: number
  readonly bosToken: number | null
  readonly eosToken: number | null
  /** Every token that ends an answer. */
  readonly stopTokens: ReadonlySet<number>
  /** Does a word at the start of a text carry a space that the text does not have (SentencePiece)? */
  readonly addsLeadingSpace: boolean
  /** Special tokens written out in the text are recognised. `addSpecial`: begin (encoders: and end) as the model wants, never twice. */
  encode(text: string, options: { addSpecial: boolean }): number[]
  /** Without special tokens. */
  decode(tokens: readonly number[]): string
  /**
   * UTF-8 bytes that the token adds to a text, maybe a part of a character; none for special tokens. Do not modify. Throws
   * `bad-input` outside the vocabulary.
   */
  tokenBytes(token: number): Uint8Array
  /** The token as the vocabulary writes it, for people. */
  tokenText(token: number): string
}

/** What a reader of one file format found out. */
export interface TokenizerParts {
  tokenizerJson: object
  tokenizerConfig: object
  /** By id, without gaps. */
  pieces: readonly string[]
  style: VocabularyStyle
  /** Control tokens, which are not shown. */
  hiddenTokens: ReadonlySet<number>
  /** Added tokens that are shown as they are written. */
  literalTokens: ReadonlySet<number>
  addBos: boolean
  addsLeadingSpace: boolean
  bosToken: number | null
  eosToken: number | null
  stopTokens: ReadonlySet<number>
}

const NO_BYTES = new Uint8Array(0)
const utf8 = new TextEncoder()

/** Throws `model-format` where the library cannot build it. */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { pieces, bosToken, eosToken, stopTokens, addsLeadingSpace } = parts
  const library = buildLibraryTokenizer(parts)
  const bytesOf: (Uint8Array | undefined)[] = []

  const tokenText = (token: number) => {
    const piece = pieces[token]
    if (piece !== undefined) return piece
    throw new HeadroomError('bad-input', `Token ${token} is not in the vocabulary of ${pieces.length} tokens.`)
  }
  const tokenBytes = (token: number) => {
    const known = bytesOf[token]
    if (known !== undefined) return known
    const piece = tokenText(token)
    const bytes = parts.hiddenTokens.has(token)
      ? NO_BYTES
      : parts.literalTokens.has(token)
        ? utf8.encode(piece)
        : pieceBytes(piece, parts.style)
    bytesOf[token] = bytes
    return bytes
  }

  return {
    vocabSize: pieces.length,
    bosToken,
    eosToken,
    stopTokens,
    addsLeadingSpace,
    tokenText,
    tokenBytes,
    encode(text, { addSpecial }) {
      const { ids } = library.encode(text, { add_special_tokens: addSpecial })
      if (!addSpecial || bosToken === null) return ids
      if (parts.addBos && ids[0] !== bosToken) return [bosToken, ...ids]
      return ids[0] === bosToken && ids[1] === bosToken ? ids.slice(1) : ids
    },
    decode(tokens) {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(joinBytes(tokens.map(tokenBytes)))
      return addsLeadingSpace && text.startsWith(' ') ? text.slice(1) : text
    },
  }
}

function buildLibraryTokenizer({ tokenizerJson, tokenizerConfig }: TokenizerParts): LibraryTokenizer {
  try {
    return new LibraryTokenizer(tokenizerJson, tokenizerConfig)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ModelFormatError(`The model's tokenizer cannot be built: ${reason}`, 'model-format', { cause: error })
  }
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
