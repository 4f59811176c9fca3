// Ids of many kinds of text (whitespace runs, emoji, CJK, numbers, accents, controls, special tokens) against those of the libraries that
// made the tokenizers: tools/fixtures/make_tokenizers.py.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tokenizerFromGguf } from '../../../src/model/gguf-tokenizer.ts'
import { tokenizerFromHuggingFace } from '../../../src/model/hugging-face-tokenizer.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'

const json = (path: string) => JSON.parse(readFileSync(`tests/fixtures/${path}`, 'utf8'))
const texts: string[] = json('tokenizers/texts.json')
const plain = { addSpecial: false }
const special = { addSpecial: true }

function expectIds(tokenizer: Tokenizer, ids: readonly number[][], options: { addSpecial: boolean }, among = texts) {
  const wrong = among.flatMap((text) => {
    const [got, wanted] = [tokenizer.encode(text, options), ids[texts.indexOf(text)]]
    return JSON.stringify(got) === JSON.stringify(wanted) ? [] : [{ text, got, wanted }]
  })
  expect(wrong).toEqual([])
}

interface Cut {
  preTokenizer: object
  ids: number[][]
}
interface ByteLevelFixture {
  tokens: string[]
  merges: string[]
  /** By the names of GGUF files. */
  cases: Record<string, Cut>
  /** Of models whose tokenizer.json cuts where llama.cpp does not. */
  own: Record<string, Cut>
}
const { tokens, merges, cases, own }: ByteLevelFixture = json('tokenizers/byte-level.json')
/** The same cuts. */
const ALIKE = [
  ['llama-bpe', 'dbrx'],
  ['qwen2', 'bailingmoe'],
]
const isSpecial = (token: string) => /^<\|.*\|>$/.test(token)
const cutAsBy = (name: string) =>
  tokenizerFromGguf({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': name,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.token_type': tokens.map((token) => (isSpecial(token) ? 3 : token === '<note>' ? 4 : 1)),
  })

describe.each(Object.entries(cases))('the pre-tokenizer %s', (name, { ids }) => {
  it('gives the ids of Hugging Face’s library from GGUF metadata', () => {
    const tokenizer = cutAsBy(name)
    expectIds(tokenizer, ids, plain)
    for (const text of texts) {
      expect(tokenizer.decode(tokenizer.encode(text, plain))).toBe(text.replaceAll('<|end|>', ''))
    }
  })

  it('differs from the others in the ids of these texts', () => {
    const same = Object.keys(cases).filter((other) => JSON.stringify(cases[other]?.ids) === JSON.stringify(ids))
    expect(same).toEqual(ALIKE.find((names) => names.includes(name)) ?? [name])
  })
})

describe.each([...Object.entries(cases), ...Object.entries(own)])('the steps of %s', (name, { preTokenizer, ids }) => {
  it('give the ids of Hugging Face’s library from tokenizer.json', () => {
    const tokenizer = tokenizerFromHuggingFace({
      tokenizerJson: {
        added_tokens: tokens.flatMap((content, id) =>
          isSpecial(content) || content === '<note>'
            ? [{ id, content, special: isSpecial(content), normalized: false }]
            : [],
        ),
        pre_tokenizer: preTokenizer,
        model: {
          type: 'BPE',
          vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
          merges,
          ignore_merges: name === 'llama-bpe' || name === 'tekken',
        },
      },
    })
    expectIds(tokenizer, ids, plain)
  })
})

/** As llama.cpp's converter for BERT writes a vocabulary. */
function bertMetadata(): Record<string, unknown> {
  const { model, added_tokens } = json('minilm/tokenizer.json')
  const specials = new Set(added_tokens.map(({ content }: { content: string }) => content))
  const words = Object.keys(model.vocab).sort((a, b) => model.vocab[a] - model.vocab[b])
  const written = (word: string) =>
    specials.has(word) ? word : word.startsWith('##') ? word.slice(2) : `\u2581${word}`
  return {
    'tokenizer.ggml.model': 'bert',
    'tokenizer.ggml.pre': 'jina-v2-en',
    'tokenizer.ggml.tokens': words.map(written),
    'tokenizer.ggml.token_type': words.map((word) => (specials.has(word) ? 3 : 1)),
    'tokenizer.ggml.cls_token_id': 101,
    'tokenizer.ggml.seperator_token_id': 102,
    'tokenizer.ggml.unknown_token_id': 100,
    'tokenizer.ggml.mask_token_id': 103,
  }
}

describe('WordPiece (all-MiniLM-L6-v2)', () => {
  const files = { tokenizerJson: json('minilm/tokenizer.json'), tokenizerConfig: json('minilm/tokenizer_config.json') }
  const kinds: [string, Tokenizer][] = [
    ['tokenizer.json', tokenizerFromHuggingFace(files)],
    ['GGUF metadata', tokenizerFromGguf(bertMetadata())],
  ]

  it.each(kinds)('gives the ids of Hugging Face’s library from %s', (_, tokenizer) => {
    // A beginning that the text writes out is not repeated here, and is there.
    const among = texts.filter((text) => !text.startsWith('[CLS]'))
    expectIds(tokenizer, json('tokenizers/wordpiece.json'), special, among)
    const sentences: { text: string; ids: number[] }[] = json('tokenizers/minilm-wordpiece.json')
    for (const { text, ids } of sentences) expect(tokenizer.encode(text, special)).toEqual(ids)
  })

  it.each(kinds)('knows the special tokens from %s', (_, tokenizer) => {
    expect(tokenizer).toMatchObject({ vocabSize: 30522, maskToken: 103, addsLeadingSpace: true })
    expect(tokenizer.tokenText(2023)).toBe('this')
    expect(tokenizer.decode(tokenizer.encode('Unbelievable words', special))).toBe('unbelievable words')
  })

  it('is not lower-cased, or keeps its accents, where GGUF metadata says so', () => {
    const textOf = (more: object, text: string) => {
      const tokenizer = tokenizerFromGguf({ ...bertMetadata(), ...more })
      return tokenizer.encode(text, plain).map((token) => tokenizer.tokenText(token))
    }
    expect(textOf({}, 'Ñ')).toEqual(['n'])
    expect(textOf({ 'tokenizer.ggml.normalizer.strip_accents': false }, 'Ñ')).toEqual(['[UNK]'])
    expect(textOf({ 'tokenizer.ggml.normalizer.lowercase': false }, 'Hello')).toEqual(['[UNK]'])
  })

  it('ends once where a file also says to end with EOS', () => {
    const more = { 'tokenizer.ggml.add_eos_token': true, 'tokenizer.ggml.eos_token_id': 102 }
    expect(tokenizerFromGguf({ ...bertMetadata(), ...more }).encode('a', special)).toEqual([101, 1037, 102])
  })

  it.each([
    [{ 'tokenizer.ggml.unknown_token_id': 40_000 }, /unknown, none, is not in its vocabulary/],
    [{ 'tokenizer.ggml.mask_token_id': 40_000 }, /mask_token_id" is 40000, but the vocabulary has 30522/],
  ])('refuses metadata with %o', (more, message) => {
    expect(() => tokenizerFromGguf({ ...bertMetadata(), ...more })).toThrow(message)
  })

  it.each(kinds)('cuts a long text from %s and keeps [CLS] and [SEP]', (_, tokenizer) => {
    const whole = tokenizer.encode('one two three four', special)
    expect(tokenizer.encode('one two three four', { ...special, maxTokens: 4 })).toEqual([...whole.slice(0, 3), 102])
    expect(tokenizer.encode('one two three four', { ...special, maxTokens: 2 })).toEqual([101, 102])
    expect(tokenizer.encode('one two three four', { ...special, maxTokens: 6 })).toEqual(whole)
    expect(tokenizer.encode('one two', { ...plain, maxTokens: 1 })).toEqual(whole.slice(1, 2))
    expect(() => tokenizer.encode('one', { ...special, maxTokens: 1 })).toThrow(/At most 1 tokens.*puts 2 around/)
  })
})

describe('Unigram', () => {
  const tokenizerJson = json('tokenizers/unigram.json')
  const ids: Record<string, number[][]> = json('tokenizers/unigram-ids.json')
  const vocab: [string, number][] = tokenizerJson.model.vocab
  const metadata = {
    'tokenizer.ggml.model': 't5',
    'tokenizer.ggml.pre': 'default',
    'tokenizer.ggml.tokens': vocab.map(([piece]) => piece),
    'tokenizer.ggml.scores': vocab.map(([, score]) => score),
    'tokenizer.ggml.token_type': vocab.map((_, token) => (token === 2 ? 2 : token < 2 ? 3 : 1)),
    'tokenizer.ggml.precompiled_charsmap': [
      ...Buffer.from(tokenizerJson.normalizer.normalizers[0].precompiled_charsmap, 'base64'),
    ],
    'tokenizer.ggml.add_space_prefix': true,
    'tokenizer.ggml.remove_extra_whitespaces': true,
    'tokenizer.ggml.eos_token_id': 1,
    'tokenizer.ggml.unknown_token_id': 2,
  }
  // sentencepiece alone takes special tokens in a text for ordinary characters.
  const ordinary = texts.filter((text) => !/<(pad|unk|s|\/s)>/.test(text))

  it('gives the ids of Hugging Face’s library from tokenizer.json', () => {
    expectIds(tokenizerFromHuggingFace({ tokenizerJson }), ids.tokenizers!, special)
  })

  it('gives the ids of sentencepiece from GGUF metadata', () => {
    expectIds(tokenizerFromGguf(metadata), ids.sentencepiece!, plain, ordinary)
    const keeping = { ...metadata, 'tokenizer.ggml.remove_extra_whitespaces': false }
    expectIds(tokenizerFromGguf(keeping), ids.sentencepieceKeepingWhitespace!, plain, ordinary)
  })

  it.each([
    [{ 'tokenizer.ggml.scores': undefined }, /scores" is missing/],
    [{ 'tokenizer.ggml.precompiled_charsmap': [1, 2, 3] }, /precompiled_charsmap is damaged/],
    [{ 'tokenizer.ggml.precompiled_charsmap': 'x' }, /"tokenizer.ggml.precompiled_charsmap" is "x"/],
    [{ 'tokenizer.ggml.unknown_token_id': 9_999 }, /unknown, 9999, is not in its vocabulary/],
  ])('refuses metadata with %o', (more, message) => {
    expect(() => tokenizerFromGguf({ ...metadata, ...more })).toThrow(expect.objectContaining({ code: 'model-format' }))
    expect(() => tokenizerFromGguf({ ...metadata, ...more })).toThrow(message)
  })

  it('ends with </s> from either', () => {
    for (const tokenizer of [tokenizerFromGguf(metadata), tokenizerFromHuggingFace({ tokenizerJson })]) {
      expect(tokenizer.encode('the room', special)).toEqual([...tokenizer.encode('the room', plain), 1])
      expect(tokenizer.decode(tokenizer.encode('the room', special))).toBe('the room')
    }
  })
})
