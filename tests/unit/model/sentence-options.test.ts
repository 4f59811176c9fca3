import { expect, test } from 'vitest'
import { sentenceOptionsFromFolder, sentenceOptionsFromGguf } from '../../../src/model/sentence-options.ts'

const modules = (...types: string[]) =>
  types.map((type, idx) => ({
    idx,
    path: idx === 0 ? '' : `${idx}_${type}`,
    type: `sentence_transformers.models.${type}`,
  }))

const fromFiles = (files: Record<string, unknown>, contextLength = 512) =>
  sentenceOptionsFromFolder((path) => Promise.resolve(files[path]), contextLength)

test('a sentence-transformers folder says how to pool, whether to normalise, and how much to read (all-MiniLM-L6-v2)', async () => {
  const options = await fromFiles({
    'modules.json': modules('Transformer', 'Pooling', 'Normalize'),
    '1_Pooling/config.json': {
      word_embedding_dimension: 384,
      pooling_mode_cls_token: false,
      pooling_mode_mean_tokens: true,
      pooling_mode_max_tokens: false,
      pooling_mode_mean_sqrt_len_tokens: false,
    },
    'sentence_bert_config.json': { max_seq_length: 256, do_lower_case: false },
    'tokenizer_config.json': { model_max_length: 512 },
  })
  expect(options).toEqual({
    pooling: { kind: 'mean', normalized: true },
    maxTokens: 256,
    prefix: '',
    lowerCase: false,
  })
})

test('a folder that says nothing: the mean as it is, over as many tokens as the model has positions', async () => {
  const nothing = { pooling: { kind: 'mean', normalized: false }, maxTokens: 512, prefix: '', lowerCase: false }
  expect(await fromFiles({})).toEqual(nothing)
  expect(await fromFiles({ 'tokenizer_config.json': { model_max_length: 1e30 } })).toEqual(nothing)
  expect(await fromFiles({ 'tokenizer_config.json': { model_max_length: 128 } })).toMatchObject({ maxTokens: 128 })
  expect(await fromFiles({ 'sentence_bert_config.json': { max_seq_length: null } })).toEqual(nothing)
})

test.each([
  [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, 'cls'],
  [{ pooling_mode_max_tokens: true, pooling_mode_mean_tokens: false }, 'max'],
  [{ pooling_mode_lasttoken: true, pooling_mode_mean_tokens: false }, 'last'],
  [{ pooling_mode: 'cls' }, 'cls'],
  [{ include_prompt: false }, 'mean'],
])('%j pools %s', async (config, kind) => {
  const files = { 'modules.json': modules('Transformer', 'Pooling'), '1_Pooling/config.json': config }
  expect((await fromFiles(files)).pooling).toEqual({ kind, normalized: false })
})

test('a default prompt stands before every text, lower-casing is heeded', async () => {
  const options = await fromFiles({
    'config_sentence_transformers.json': { prompts: { query: 'query: ' }, default_prompt_name: 'query' },
    'sentence_bert_config.json': { max_seq_length: 512, do_lower_case: true },
  })
  expect(options).toMatchObject({ prefix: 'query: ', lowerCase: true })
})

test.each<[Record<string, unknown>, string, RegExp]>([
  [
    { 'modules.json': modules('Transformer', 'Pooling', 'Dense') },
    'model-unsupported',
    /modules\.json: a module "Dense"/,
  ],
  [{ 'modules.json': {} }, 'model-format', /modules\.json: the whole is \{\}/],
  [
    {
      'modules.json': modules('Transformer', 'Pooling'),
      '1_Pooling/config.json': { pooling_mode_cls_token: true },
    },
    'model-unsupported',
    /1_Pooling\/config\.json: the pooling "cls\+mean"/,
  ],
  [
    { 'modules.json': modules('Transformer', 'Pooling'), '1_Pooling/config.json': { pooling_mode_cls_token: 'yes' } },
    'model-format',
    /1_Pooling\/config\.json: "pooling_mode_cls_token" is "yes"/,
  ],
  [
    {
      'modules.json': modules('Transformer', 'Pooling'),
      '1_Pooling/config.json': { include_prompt: false },
      'config_sentence_transformers.json': { prompts: { query: 'query: ' }, default_prompt_name: 'query' },
    },
    'model-unsupported',
    /1_Pooling\/config\.json: "include_prompt" = false/,
  ],
  [{ 'sentence_bert_config.json': { max_seq_length: 0 } }, 'model-format', /"max_seq_length" is 0/],
])('%j is refused with %s', async (files, code, words) => {
  await expect(fromFiles(files)).rejects.toMatchObject({ code, message: words })
})

test('GGUF names a pooling by number, and its vectors are normalised as llama.cpp does', () => {
  const from = (metadata: Record<string, unknown>) => sentenceOptionsFromGguf('bert', metadata, 512)
  expect(from({ 'bert.pooling_type': 2 })).toMatchObject({ pooling: { kind: 'cls', normalized: true }, maxTokens: 512 })
  expect(from({ 'bert.pooling_type': 3n }).pooling.kind).toBe('last')
  expect(from({ 'bert.pooling_type': 1 }).pooling.kind).toBe('mean')
  expect(from({}).pooling.kind).toBe('mean')
  expect(() => from({ 'bert.pooling_type': 4 })).toThrow(/"bert\.pooling_type" = 4, which is not supported/)
})
