// Text to token ids and back. @huggingface/tokenizers encodes; decoding is by bytes here, because a streamed answer may break a
// character across tokens. Inputs are plain data (GGUF metadata, tokenizer.json), so that they can be sent to a worker.
import { HeadroomError } from '../base/errors.ts'
import { joinBytes } from '../base/join-bytes.ts'
import { buildLibraryTokenizer, type TokenizerSteps } from './library-tokenizer.ts'
import type { SpecialTemplate } from './special-template.ts'
import { pieceBytes, type VocabularyStyle } from './token-bytes.ts'

export interface Tokenizer {
  readonly vocabSize: number
  readonly bosToken: number | null
  readonly eosToken: number | null
  /** Stands for a word to guess; null where the model has none. */
  readonly maskToken: number | null
  /** Every token that ends an answer. */
  readonly stopTokens: ReadonlySet<number>
  /** Does a word at the start of a text carry a space that the text does not have (SentencePiece)? */
  readonly addsLeadingSpace: boolean
  /** Special tokens written out in the text are recognised. Throws `bad-input` where `maxTokens` leaves no room for the model's own. */
  encode(text: string, options: EncodeOptions): number[]
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

export interface EncodeOptions {
  /** Begin and end as the model wants ([CLS] text [SEP]); a beginning that the text writes out is not repeated. */
  addSpecial: boolean
  /** Cuts a longer text off at its end; the special tokens around it stay. */
  maxTokens?: number
}

/** What a reader of one file format found out. */
export interface TokenizerParts extends SpecialTemplate {
  steps: TokenizerSteps
  /** By id, without gaps. */
  pieces: readonly string[]
  style: VocabularyStyle
  /** Control tokens, which are not shown. */
  hiddenTokens: ReadonlySet<number>
  /** Added tokens that are shown as they are written. */
  literalTokens: ReadonlySet<number>
  addsLeadingSpace: boolean
  bosToken: number | null
  eosToken: number | null
  maskToken: number | null
  stopTokens: ReadonlySet<number>
}

const NO_BYTES = new Uint8Array(0)
const utf8 = new TextEncoder()

/** Throws `model-format` where the library cannot build it, `model-unsupported` where it would give other ids. */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { pieces, bosToken, eosToken, maskToken, stopTokens, addsLeadingSpace, prefix, suffix } = parts
  const idsOf = buildLibraryTokenizer(parts.steps)
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
    maskToken,
    stopTokens,
    addsLeadingSpace,
    tokenText,
    tokenBytes,
    encode(text, { addSpecial, maxTokens = Number.POSITIVE_INFINITY }) {
      const ids = idsOf(text)
      if (!addSpecial) return ids.slice(0, maxTokens)
      const room = maxTokens - prefix.length - suffix.length
      if (!(room >= 0))
        throw new HeadroomError(
          'bad-input',
          `At most ${maxTokens} tokens are wanted, but the model puts ${prefix.length + suffix.length} around every text.`,
        )
      const start = prefix.every((token, index) => ids[index] === token) ? prefix.length : 0
      return [...prefix, ...ids.slice(start, start + room), ...suffix]
    },
    decode(tokens) {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(joinBytes(tokens.map(tokenBytes)))
      return addsLeadingSpace && text.startsWith(' ') ? text.slice(1) : text
    },
  }
}
