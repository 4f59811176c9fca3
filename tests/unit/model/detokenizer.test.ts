import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gguf } from '@huggingface/gguf'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDetokenizer } from '../../../src/model/detokenizer.ts'
import { tokenizerFromGguf } from '../../../src/model/gguf-tokenizer.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'
import { defaultModelPath } from '../../support/default-model.ts'

const storiesPath = fileURLToPath(new URL('../../fixtures/stories260K.gguf', import.meta.url))
const load = async (path: string) => tokenizerFromGguf({ ...(await gguf(path, { allowLocalFile: true })).metadata })
const plain = { addSpecial: false }

describe.each([
  ['byte-level', () => defaultModelPath()],
  ['SentencePiece', () => storiesPath],
])('a %s vocabulary', (_, path) => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await load(path())
  })
  const stream = (tokens: readonly number[], continues = false) => {
    const detokenizer = createDetokenizer(tokenizer, { continues })
    return { pieces: tokens.map((token) => detokenizer.push(token)), rest: detokenizer.flush() }
  }

  it('streams a family emoji, of many tokens, character by whole character', () => {
    const text = 'Hi 👨‍👩‍👧‍👦 日本 é!'
    const tokens = tokenizer.encode(text, plain)
    const { pieces, rest } = stream(tokens)
    expect(pieces.join('')).toBe(text)
    expect(rest).toBe('')
    expect(pieces).toContain('')
    for (const piece of pieces) expect(piece).not.toContain('\ufffd')
  })

  it('streams any text back exactly, and always whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const { pieces, rest } = stream(tokenizer.encode(text, plain))
        expect(pieces.join('') + rest).toBe(text)
        for (const piece of pieces) expect(piece).not.toContain('\ufffd')
      }),
      { seed: 7, numRuns: 200 },
    )
  })

  it('streams what decoding all at once gives, for any tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 30 }), (tokens) => {
        const { pieces, rest } = stream(tokens)
        expect(pieces.join('') + rest).toBe(tokenizer.decode(tokens))
      }),
      { seed: 8, numRuns: 200 },
    )
  })

  it('shows what never became a character as U+FFFD at the end, and begins anew', () => {
    const tokens = tokenizer.encode('🙂', plain)
    const detokenizer = createDetokenizer(tokenizer, { continues: false })
    for (const token of tokens.slice(0, -1)) expect(detokenizer.push(token).trim()).toBe('')
    expect(detokenizer.flush()).toContain('\ufffd')
    expect(detokenizer.flush()).toBe('')
    expect(tokens.map((token) => detokenizer.push(token)).join('')).toBe('🙂')
  })

  it('shows nothing for special tokens', () => {
    const { pieces, rest } = stream([tokenizer.bosToken!, ...tokenizer.encode('a b', plain), tokenizer.eosToken!])
    expect(pieces.at(0)).toBe('')
    expect(pieces.at(-1)).toBe('')
    expect(pieces.join('') + rest).toBe('a b')
  })

  it('keeps the leading space of a text that goes on', () => {
    const tokens = tokenizer.encode('there was', plain)
    expect(stream(tokens, true).pieces.join('')).toBe(tokenizer.addsLeadingSpace ? ' there was' : 'there was')
    expect(stream(tokens).pieces.join('')).toBe('there was')
  })

  it('refuses a token outside the vocabulary', () => {
    expect(() => createDetokenizer(tokenizer, { continues: true }).push(tokenizer.vocabSize)).toThrow(
      /not in the vocabulary/,
    )
  })
})

it('streams the answers of the default model as they were recorded', async () => {
  const tokenizer = await load(defaultModelPath())
  const path = fileURLToPath(new URL('../../fixtures/smollm2-greedy.json', import.meta.url))
  const cases: { tokens: number[]; text: string }[] = JSON.parse(await readFile(path, 'utf8'))
  expect(cases).toHaveLength(24)
  for (const { tokens, text } of cases) {
    const detokenizer = createDetokenizer(tokenizer, { continues: true })
    expect(tokens.map((token) => detokenizer.push(token)).join('') + detokenizer.flush()).toBe(text)
  }
})
