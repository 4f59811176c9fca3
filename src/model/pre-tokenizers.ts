// Pre-tokenizers of byte-level vocabularies, by the name in `tokenizer.ggml.pre`. Source: llama.cpp's llama-vocab.cpp.
import { ModelFormatError } from '../base/errors.ts'

interface PreTokenizer {
  /** Patterns that cut the text, in order; GPT-2's own pattern follows where `gpt2` is set. */
  patterns: readonly string[]
  gpt2: boolean
  /** A word that is a vocabulary entry is taken whole, whatever the merges say. */
  ignoreMerges: boolean
  /** Where the metadata does not say. */
  addBos: boolean
}

const GPT2: PreTokenizer = { patterns: [], gpt2: true, ignoreMerges: false, addBos: false }
const SINGLE_DIGITS: PreTokenizer = { ...GPT2, patterns: ['\\p{N}'] }
const LLAMA3: PreTokenizer = {
  patterns: [
    "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ],
  gpt2: false,
  ignoreMerges: true,
  addBos: true,
}

const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizer>> = {
  'gpt-2': GPT2,
  smollm: SINGLE_DIGITS,
  starcoder: SINGLE_DIGITS,
  refact: SINGLE_DIGITS,
  'command-r': SINGLE_DIGITS,
  codeshell: SINGLE_DIGITS,
  'llama-bpe': LLAMA3,
  'llama-v3': LLAMA3,
  llama3: LLAMA3,
}

/** Throws `model-unsupported` for a name that is not known: guessing would give other ids. */
export function findPreTokenizer(name: string | undefined): PreTokenizer {
  const found = name === undefined ? undefined : PRE_TOKENIZERS[name]
  if (found !== undefined) return found
  const what = name === undefined ? 'no pre-tokenizer' : `the pre-tokenizer ${JSON.stringify(name.slice(0, 40))}`
  throw new ModelFormatError(
    `The file names ${what} ("tokenizer.ggml.pre"), which is not supported yet. These are: ${Object.keys(PRE_TOKENIZERS).join(', ')}.`,
    'model-unsupported',
  )
}

/** In the form of tokenizer.json's `pre_tokenizer`. */
export function preTokenizerJson({ patterns, gpt2 }: PreTokenizer): object {
  const splits = patterns.map((pattern) => ({
    type: 'Split',
    pattern: { Regex: pattern },
    behavior: 'Isolated',
    invert: false,
  }))
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: gpt2 }
  return { type: 'Sequence', pretokenizers: [...splits, bytes] }
}
