import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gguf } from '@huggingface/gguf'
import { beforeAll, describe, expect, it } from 'vitest'
import { tokenizerFromGguf } from '../../../src/model/gguf-tokenizer.ts'
import type { Tokenizer } from '../../../src/model/tokenizer.ts'
import { defaultModelPath } from '../../support/default-model.ts'

interface Vector {
  text: string
  ids: number[]
}

const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url))
const vectorsOf = async (name: string): Promise<Vector[]> =>
  JSON.parse(await readFile(fixture(`tokenizers/${name}.json`), 'utf8'))
const metadataOf = async (path: string): Promise<Record<string, unknown>> =>
  structuredClone({ ...(await gguf(path, { allowLocalFile: true })).metadata })
const plain = { addSpecial: false }

describe('a byte-level vocabulary (SmolLM2)', () => {
  let metadata: Record<string, unknown>
  let tokenizer: Tokenizer
  beforeAll(async () => {
    metadata = await metadataOf(defaultModelPath())
    tokenizer = tokenizerFromGguf(metadata)
  })

  it('gives the ids of llama.cpp for every vector', async () => {
    const vectors = await vectorsOf('smollm2-byte-level-bpe')
    expect(vectors.length).toBeGreaterThan(20)
    for (const { text, ids } of vectors) expect(tokenizer.encode(text, plain), JSON.stringify(text)).toEqual(ids)
  })

  it('decodes every vector back to its text, without special tokens', async () => {
    for (const { text, ids } of await vectorsOf('smollm2-byte-level-bpe')) {
      expect(tokenizer.decode(ids)).toBe(text.replace(/<\|im_(start|end)\|>/g, ''))
    }
  })

  it('reads its special tokens from the metadata', () => {
    expect(tokenizer).toMatchObject({ vocabSize: 49152, bosToken: 1, eosToken: 2, addsLeadingSpace: false })
    expect([...tokenizer.stopTokens].sort()).toEqual([0, 2])
    expect(tokenizer.tokenText(1)).toBe('<|im_start|>')
  })

  it('adds a beginning only where the metadata says so, and never twice', () => {
    expect(tokenizer.encode('hi', { addSpecial: true })).toEqual(tokenizer.encode('hi', plain))
    const adding = tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.add_bos_token': true })
    expect(adding.encode('hi', plain)).toEqual(tokenizer.encode('hi', plain))
    expect(adding.encode('hi', { addSpecial: true })).toEqual([1, ...tokenizer.encode('hi', plain)])
    expect(adding.encode('<|im_start|>hi', { addSpecial: true })).toEqual([1, ...tokenizer.encode('hi', plain)])
  })

  it('stops at an end-of-turn token that the metadata names', () => {
    expect(tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.eot_token_id': 3 }).stopTokens).toContain(3)
  })

  it('refuses a token outside the vocabulary', () => {
    expect(() => tokenizer.decode([49152])).toThrow(/Token 49152 is not in the vocabulary of 49152/)
    expect(() => tokenizer.tokenBytes(-1)).toThrow(/Token -1/)
  })

  it.each([
    [{ 'tokenizer.ggml.tokens': undefined }, 'model-format', /"tokenizer.ggml.tokens" is missing/],
    [{ 'tokenizer.ggml.tokens': [] }, 'model-format', /"tokenizer.ggml.tokens"/],
    [{ 'tokenizer.ggml.tokens': ['a', 7] }, 'model-format', /must be a list of strings/],
    [{ 'tokenizer.ggml.merges': undefined }, 'model-format', /"tokenizer.ggml.merges" is missing/],
    [{ 'tokenizer.ggml.token_type': [1, 1] }, 'model-format', /has 2 entries, but the vocabulary 49152/],
    [{ 'tokenizer.ggml.eos_token_id': 49152 }, 'model-format', /eos_token_id" is 49152/],
    [{ 'tokenizer.ggml.bos_token_id': -1 }, 'model-format', /bos_token_id" is -1/],
    [{ 'tokenizer.ggml.model': 'rwkv' }, 'model-unsupported', /"rwkv".*not supported yet/],
    [{ 'tokenizer.ggml.model': 'plamo2' }, 'model-unsupported', /"plamo2".*not supported yet/],
    [{ 'tokenizer.ggml.pre': 'kimi-k2' }, 'model-unsupported', /"kimi-k2".*not supported yet/],
    [{ 'tokenizer.ggml.pre': undefined }, 'model-unsupported', /no pre-tokenizer/],
    [{ 'tokenizer.ggml.model': undefined }, 'model-format', /"tokenizer.ggml.model" is missing/],
  ])('refuses metadata with %o', (more, code, message) => {
    const build = () => tokenizerFromGguf({ ...metadata, ...more })
    expect(build).toThrow(expect.objectContaining({ code }))
    expect(build).toThrow(message)
  })
})

describe('a small byte-level vocabulary', () => {
  const tokens = [...'0123456789ab', 'Ġ', '12', '123', '45', '456', 'Ġa', '<|begin|>', '<note>', '<|eot_id|>', 'ba']
  const metadata = {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'llama-bpe',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': tokens.map((token) => (token.startsWith('<|') ? 3 : token === '<note>' ? 4 : 1)),
    'tokenizer.ggml.merges': ['1 2', '12 3', '4 5', '45 6', 'Ġ a'],
    'tokenizer.ggml.bos_token_id': tokens.indexOf('<|begin|>'),
  }
  const piecesOf = (pre: string, text: string, addSpecial = false) => {
    const tokenizer = tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.pre': pre })
    return tokenizer.encode(text, { addSpecial }).map((token) => tokenizer.tokenText(token))
  }

  it('cuts numbers as the named pre-tokenizer does', () => {
    expect(piecesOf('llama-bpe', '1234567 a')).toEqual(['123', '456', '7', 'Ġa'])
    expect(piecesOf('smollm', '123')).toEqual(['1', '2', '3'])
    expect(piecesOf('gpt-2', '0123')).toEqual(['0', '123'])
  })

  it('takes a word that the vocabulary holds whole, merges or not, where the name means so', () => {
    expect(piecesOf('llama-bpe', 'ba')).toEqual(['ba'])
    expect(piecesOf('dbrx', 'ba')).toEqual(['b', 'a'])
  })

  it("begins with BOS by the pre-tokenizer's default", () => {
    expect(piecesOf('llama-bpe', 'a', true)).toEqual(['<|begin|>', 'a'])
    expect(piecesOf('gpt-2', 'a', true)).toEqual(['a'])
  })

  it('hides control tokens in the text, shows user-defined ones, and finds the stop token by its name', () => {
    const tokenizer = tokenizerFromGguf(metadata)
    const ids = tokenizer.encode('<|begin|>a<note>b<|eot_id|>', plain)
    expect(ids.map((token) => tokenizer.tokenText(token))).toEqual(['<|begin|>', 'a', '<note>', 'b', '<|eot_id|>'])
    expect(tokenizer.decode(ids)).toBe('a<note>b')
    expect([...tokenizer.stopTokens]).toEqual([tokens.indexOf('<|eot_id|>')])
  })
})

describe('a SentencePiece vocabulary (stories260K)', () => {
  let metadata: Record<string, unknown>
  let tokenizer: Tokenizer
  beforeAll(async () => {
    metadata = await metadataOf(fixture('stories260K.gguf'))
    tokenizer = tokenizerFromGguf(metadata)
  })

  it('gives the ids of llama.cpp for every vector', async () => {
    const vectors = await vectorsOf('stories260k-sentencepiece')
    expect(vectors.length).toBeGreaterThan(20)
    for (const { text, ids } of vectors) expect(tokenizer.encode(text, plain), JSON.stringify(text)).toEqual(ids)
  })

  it('decodes every vector back to its text, bytes outside the vocabulary included', async () => {
    for (const { text, ids } of await vectorsOf('stories260k-sentencepiece')) expect(tokenizer.decode(ids)).toBe(text)
  })

  it('begins with BOS by default and says so for its special tokens', () => {
    expect(tokenizer.encode('Once', { addSpecial: true })[0]).toBe(1)
    expect(tokenizer).toMatchObject({ vocabSize: 512, bosToken: 1, eosToken: 2, addsLeadingSpace: true })
    expect([...tokenizer.stopTokens]).toEqual([2])
    expect(tokenizer.decode(tokenizer.encode('Once', { addSpecial: true }))).toBe('Once')
  })

  it('adds no space where the metadata says so', () => {
    const bare = tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.add_space_prefix': false })
    expect(bare.addsLeadingSpace).toBe(false)
    expect(bare.decode(bare.encode(' Once', plain))).toBe(' Once')
    expect(bare.encode('Once', plain)).not.toEqual(tokenizer.encode('Once', plain))
  })

  it('refuses metadata without scores', () => {
    expect(() => tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.scores': undefined })).toThrow(/scores" is missing/)
    expect(() => tokenizerFromGguf({ ...metadata, 'tokenizer.ggml.scores': [1] })).toThrow(/has 1 entries/)
  })
})
