import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDetokenizer } from '../../../src/model/detokenizer.ts'
import { tokenizerFromGguf } from '../../../src/model/gguf-tokenizer.ts'
import { tokenizerFromHuggingFace } from '../../../src/model/hugging-face-tokenizer.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'

const json = (path: string) => JSON.parse(readFileSync(`tests/fixtures/${path}`, 'utf8'))
const { tokens, merges, cases }: { tokens: string[]; merges: string[]; cases: object } =
  json('tokenizers/byte-level.json')
const byteLevel = Object.keys(cases).map((name): [string, Tokenizer] => [
  name,
  tokenizerFromGguf({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': name,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.merges': merges,
  }),
])
const wordPiece = tokenizerFromHuggingFace({ tokenizerJson: json('minilm/tokenizer.json') })
const unigram = tokenizerFromHuggingFace({ tokenizerJson: json('tokenizers/unigram.json') })
const plain = { addSpecial: false }

const wholeCharacters = fc.string({ unit: 'binary', maxLength: 40 })
const anyUnits = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((units) => String.fromCharCode(...units))
const run = (property: fc.IPropertyWithHooks<[string]>, seed: number) => fc.assert(property, { seed, numRuns: 150 })

describe.each(byteLevel)('byte-level BPE cut as by %s', (_, tokenizer) => {
  it('decodes what it encoded, whatever the text', () => {
    const same = (text: string) => {
      expect(tokenizer.decode(tokenizer.encode(text, plain))).toBe(text)
    }
    run(fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), same), 1)
    run(fc.property(wholeCharacters, same), 2)
  })
})

describe.each<[string, Tokenizer]>([...byteLevel, ['WordPiece', wordPiece], ['Unigram', unigram]])(
  '%s',
  (_, tokenizer) => {
    it('encodes any text, halves of characters too, to tokens of its vocabulary', () => {
      const known = (text: string) => {
        for (const token of tokenizer.encode(text, { addSpecial: true }))
          expect(tokenizer.tokenText(token)).toBeTypeOf('string')
      }
      run(fc.property(anyUnits, known), 3)
      run(fc.property(wholeCharacters, known), 4)
    })

    it('cuts at a number of tokens and changes none of those before', () => {
      fc.assert(
        fc.property(wholeCharacters, fc.nat(30), (text, maxTokens) => {
          const whole = tokenizer.encode(text, plain)
          expect(tokenizer.encode(text, { ...plain, maxTokens })).toEqual(whole.slice(0, maxTokens))
        }),
        { seed: 5, numRuns: 100 },
      )
    })

    it('streams what decoding all at once gives, for any tokens', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 30 }), (tokens) => {
          const detokenizer = createDetokenizer(tokenizer, { continues: false })
          const streamed = tokens.map((token) => detokenizer.push(token))
          expect(streamed.join('') + detokenizer.flush()).toBe(tokenizer.decode(tokens))
        }),
        { seed: 6, numRuns: 100 },
      )
    })
  },
)

describe('words with single spaces', () => {
  const words = fc
    .array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 8 })
    .map((list) => list.join(' '))

  it.each([
    ['WordPiece', wordPiece],
    ['Unigram', unigram],
  ])('come back from %s, character by character', (_, tokenizer) => {
    run(
      fc.property(words, (text) => {
        const tokens = tokenizer.encode(text, plain)
        fc.pre(tokens.every((token) => !/^[[<]/.test(tokenizer.tokenText(token))))
        const detokenizer = createDetokenizer(tokenizer, { continues: false })
        expect(tokens.map((token) => detokenizer.push(token)).join('')).toBe(text)
      }),
      7,
    )
  })
})
