// The seeded BERT checkpoint with words: a WordPiece vocabulary of its size, and sentence-transformers' files as a test wants them. The words
// mean nothing to its weights; what is tested is everything around them.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
const vocabSize = 320

/** `w5` to `w318` are words; `##ing` is the rest of one. */
export const pieces: readonly string[] = [
  ...specials,
  ...Array.from({ length: vocabSize - specials.length - 1 }, (_, i) => `w${i + specials.length}`),
  '##ing',
]

export interface WordedEncoder {
  folder: string
  /** As `serveModelAt` wants them. */
  paths: readonly string[]
  close(): Promise<void>
}

/** `files`: further JSON files by their paths in the folder. */
export async function wordedEncoder(files: Readonly<Record<string, unknown>> = {}): Promise<WordedEncoder> {
  const root = await mkdtemp(join(tmpdir(), 'headroom-'))
  const folder = join(root, 'worded')
  await mkdir(folder)
  for (const name of ['config.json', 'model.safetensors'])
    await copyFile(join('tests/fixtures/bert', name), join(folder, name))
  const written: Record<string, unknown> = { 'tokenizer.json': tokenizerJson(), ...files }
  for (const [path, json] of Object.entries(written)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), JSON.stringify(json))
  }
  const paths = ['config.json', 'model.safetensors', ...Object.keys(written)].map((path) => `worded/${path}`)
  return { folder, paths, close: () => rm(root, { recursive: true, force: true }) }
}

function tokenizerJson() {
  const idOf = (piece: string) => pieces.indexOf(piece)
  return {
    version: '1.0',
    added_tokens: specials.map((content) => ({
      id: idOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', idOf('[SEP]')], cls: ['[CLS]', idOf('[CLS]')] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  }
}
