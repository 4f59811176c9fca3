import { describe, expect, it } from 'vitest'
import { tokenizerFromHuggingFace } from '../../../src/model/hugging-face-tokenizer.ts'

const plain = { addSpecial: false }
const added = (id: number, content: string, special = true) => ({ id, content, special, normalized: false })

const byteLevelJson = {
  added_tokens: [added(6, '<|im_start|>'), added(7, '<|im_end|>'), added(8, '<think>', false)],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: {
    type: 'BPE',
    vocab: { a: 0, b: 1, Ġ: 2, ab: 3, Ġab: 4, Ã: 5 },
    merges: [
      ['a', 'b'],
      ['Ġ', 'ab'],
    ],
  },
}

const sentencePieceJson = {
  added_tokens: [added(0, '<unk>'), added(1, '<s>'), added(2, '</s>')],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  },
  decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
  model: {
    type: 'BPE',
    vocab: { '<unk>': 0, '<s>': 1, '</s>': 2, '<0xC3>': 3, '<0xA9>': 4, '▁': 5, a: 6, '▁a': 7 },
    merges: ['▁ a'],
    byte_fallback: true,
    unk_token: '<unk>',
  },
}

describe('tokenizerFromHuggingFace', () => {
  it('reads a byte-level tokenizer with its special tokens by name', () => {
    const tokenizer = tokenizerFromHuggingFace(
      structuredClone({
        tokenizerJson: byteLevelJson,
        tokenizerConfig: { bos_token: '<|im_start|>', eos_token: { content: '<|im_end|>', lstrip: false } },
        generationConfig: { eos_token_id: [7, 8] },
      }),
    )
    expect(tokenizer.encode('<|im_start|>ab ab<think>', plain)).toEqual([6, 3, 4, 8])
    expect(tokenizer.decode([6, 3, 4, 8, 7])).toBe('ab ab<think>')
    expect(tokenizer).toMatchObject({ vocabSize: 9, bosToken: 6, eosToken: 7, addsLeadingSpace: false })
    expect([...tokenizer.stopTokens]).toEqual([7, 8])
  })

  it('finds the stop token by its name where no other file says it', () => {
    const tokenizer = tokenizerFromHuggingFace({ tokenizerJson: byteLevelJson })
    expect([...tokenizer.stopTokens]).toEqual([7])
    expect(tokenizer).toMatchObject({ bosToken: null, eosToken: null })
  })

  it('reads a SentencePiece tokenizer, its bytes and its beginning', () => {
    const tokenizer = tokenizerFromHuggingFace({
      tokenizerJson: sentencePieceJson,
      tokenizerConfig: { bos_token: '<s>', eos_token: '</s>', add_bos_token: true },
    })
    expect(tokenizer.encode('a é', plain)).toEqual([7, 5, 3, 4])
    expect(tokenizer.encode('a', { addSpecial: true })).toEqual([1, 7])
    expect(tokenizer.encode('<s>a', { addSpecial: true })).toEqual([1, 7])
    expect(tokenizer.decode([1, 7, 5, 3, 4, 2])).toBe('a é')
  })

  it('keeps ids that no token has out of the text', () => {
    const { vocab, ...model } = byteLevelJson.model
    const tokenizer = tokenizerFromHuggingFace({
      tokenizerJson: { ...byteLevelJson, model: { ...model, vocab: { ...vocab, c: 11 } } },
    })
    expect(tokenizer.vocabSize).toBe(12)
    expect(tokenizer.decode([10, 11])).toBe('c')
  })

  it.each([
    [null, /tokenizer.json: the whole is null/],
    [{}, /"model" is missing/],
    [{ ...byteLevelJson, model: { type: 'BPE', vocab: 'ab' } }, /"model.vocab" is "ab"/],
    [{ ...byteLevelJson, model: { type: 'BPE', vocab: { a: -1 }, merges: [] } }, /id of "a" is -1/],
    [{ ...byteLevelJson, model: { type: 'BPE', vocab: { a: 1e9 }, merges: [] } }, /id of "a" is 1000000000/],
    [{ ...byteLevelJson, added_tokens: [{ id: 'x', content: 'y' }] }, /"added_tokens.0.id" is "x"/],
    [{ ...byteLevelJson, added_tokens: [], model: { type: 'BPE', vocab: {}, merges: [] } }, /vocabulary is empty/],
    [{ ...byteLevelJson, model: { type: 'Surprise', vocab: { a: 0 } } }, /"model.type" is "Surprise"/],
  ])('refuses the tokenizer.json %o', (tokenizerJson, message) => {
    const build = () => tokenizerFromHuggingFace({ tokenizerJson })
    expect(build).toThrow(expect.objectContaining({ code: 'model-format' }))
    expect(build).toThrow(message)
  })

  it('refuses a token name that the vocabulary does not have', () => {
    const files = { tokenizerJson: byteLevelJson, tokenizerConfig: { eos_token: '<nobody>' } }
    expect(() => tokenizerFromHuggingFace(files)).toThrow(/"<nobody>", which is not in the vocabulary/)
  })

  it('refuses stop tokens that are no ids', () => {
    const files = { tokenizerJson: byteLevelJson, generationConfig: { eos_token_id: ['2'] } }
    expect(() => tokenizerFromHuggingFace(files)).toThrow(/generation_config.json: "eos_token_id/)
  })
})
