import { fileURLToPath } from 'node:url'
import { gguf } from '@huggingface/gguf'
import { describe, expect, it } from 'vitest'
import { MobileModelArchitectureParser } from '../../../src/model/architecture-parser.ts'
import { type ModelConfig, plainDecoder } from '../../../src/model/config.ts'

const rope = ({ positions }: ModelConfig) => (positions.kind === 'rope' ? positions : null)

const parser = new MobileModelArchitectureParser()
const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url))

const metadata = {
  'general.architecture': 'llama',
  'llama.block_count': 30,
  'llama.context_length': 8192,
  'llama.embedding_length': 576,
  'llama.feed_forward_length': 1536,
  'llama.attention.head_count': 9,
  'llama.attention.head_count_kv': 3,
  'llama.rope.freq_base': 100000,
  'llama.attention.layer_norm_rms_epsilon': 1e-5,
  'llama.vocab_size': 49152,
  'llama.rope.dimension_count': 64,
}

describe('fromGguf', () => {
  it('reads every size of a nine-head model', () => {
    expect(parser.fromGguf(metadata, ['token_embd.weight'])).toEqual({
      ...plainDecoder(576),
      architecture: 'llama',
      family: 'LLaMA',
      layerCount: 30,
      hiddenSize: 576,
      headCount: 9,
      kvHeadCount: 3,
      headSize: 64,
      ffnSize: 1536,
      vocabSize: 49152,
      contextLength: 8192,
      norm: { kind: 'rms', epsilon: 1e-5, placement: 'pre' },
      positions: { kind: 'rope', theta: 100000, layout: 'interleaved', rotatedSize: 64, scaling: { kind: 'none' } },
      tiedEmbeddings: true,
    })
  })

  it('reads a real file that leaves out the vocabulary size and the RoPE base', async () => {
    const { metadata, tensorInfos } = await gguf(fixture('stories260K.gguf'), { allowLocalFile: true })
    const names = tensorInfos.map(({ name }) => name)
    expect(parser.fromGguf({ ...metadata }, names)).toMatchObject({
      layerCount: 5,
      hiddenSize: 64,
      headCount: 8,
      kvHeadCount: 4,
      headSize: 8,
      ffnSize: 172,
      vocabSize: 512,
      positions: { theta: 10000, rotatedSize: 8 },
      tiedEmbeddings: !names.includes('output.weight'),
    })
  })

  it('takes a head of its own as untied embeddings', () => {
    expect(parser.fromGguf(metadata, ['token_embd.weight', 'output.weight']).tiedEmbeddings).toBe(false)
  })

  it('takes the head size from the key length where the file says one', () => {
    const config = parser.fromGguf({
      ...metadata,
      'llama.attention.key_length': 128,
      'llama.attention.value_length': 128,
      'llama.rope.dimension_count': 128,
    })
    expect(config.headSize).toBe(128)
    expect(rope(config)?.rotatedSize).toBe(128)
  })

  it('reads linear RoPE scaling in both spellings and 64-bit integers', () => {
    const linear = { kind: 'linear', factor: 4 }
    const scaling = (more: Record<string, unknown>) => rope(parser.fromGguf({ ...metadata, ...more }))?.scaling
    expect(scaling({ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 })).toEqual(linear)
    expect(scaling({ 'llama.rope.scale_linear': 4 })).toEqual(linear)
    expect(scaling({ 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': 4 })).toEqual({ kind: 'none' })
    expect(parser.fromGguf({ ...metadata, 'llama.block_count': 30n }).layerCount).toBe(30)
  })

  it.each([
    ['gemma3', 'Gemma 3'],
    ['phi3', 'Phi-3'],
    ['something-new', 'something-new'],
    ['constructor', 'constructor'],
  ])('answers "not yet" for the architecture %s, by name and with what runs', (architecture, name) => {
    expect(() => parser.fromGguf({ 'general.architecture': architecture })).toThrow(
      expect.objectContaining({
        code: 'model-unsupported',
        message: expect.stringMatching(new RegExp(`${name}.*not supported yet.*Headroom runs`)),
      }),
    )
  })

  it.each([
    [{ 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 }, /"yarn".*not supported yet/],
    [{ 'llama.rope.scaling.type': 'longrope' }, /"longrope".*not supported yet/],
    [{ 'llama.expert_count': 8 }, /expert_count" = 8/],
    [{ 'llama.attention.value_length': 32 }, /value_length" 32/],
    [{ 'llama.rope.scaling.attn_factor': 1.2 }, /attn_factor" = 1.2/],
    [
      { 'llama.attention.sliding_window': 512, 'llama.attention.sliding_window_pattern': [true, false] },
      /several kinds \("llama.attention.sliding_window_pattern"\)/,
    ],
  ])('answers "not yet" for %o', (more, message) => {
    const parse = () => parser.fromGguf({ ...metadata, ...more })
    expect(parse).toThrow(expect.objectContaining({ code: 'model-unsupported' }))
    expect(parse).toThrow(message)
  })

  it('takes a sliding window from the file, and a window as long as the context for none', () => {
    const windowed = (positions: number) =>
      parser.fromGguf({ ...metadata, 'llama.attention.sliding_window': positions })
    expect(windowed(4096)).toMatchObject({ family: 'Mistral', attentionWindow: 4096 })
    expect(windowed(8192)).toMatchObject({ attentionWindow: null })
    expect(windowed(0)).toMatchObject({ family: 'LLaMA', attentionWindow: null })
  })

  it('finds biases and head norms among the tensors', () => {
    expect(parser.fromGguf(metadata, ['blk.0.attn_q.bias']).biases).toEqual({
      queryKeyValue: true,
      attentionOutput: false,
      feedForward: false,
    })
    expect(parser.fromGguf(metadata, ['blk.0.attn_q_norm.weight']).queryKeyNorm).toBe(true)
    expect(parser.fromGguf(metadata, ['blk.0.attn_qkv.bias']).biases.queryKeyValue).toBe(true)
    expect(parser.fromGguf(metadata, ['blk.0.ffn_down.bias']).biases.feedForward).toBe(true)
    expect(() => parser.fromGguf(metadata, ['output.bias'])).toThrow(/"output.bias".*not supported yet/)
  })

  const renamed = (architecture: string, more: Record<string, unknown>) => ({
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key.replace('llama', architecture), value])),
    'general.architecture': architecture,
    ...more,
  })

  it('turns the halves of Qwen’s heads, and norms those of Qwen3', () => {
    for (const architecture of ['qwen2', 'qwen3'])
      expect(parser.fromGguf(renamed(architecture, {}))).toMatchObject({
        positions: { layout: 'half-split' },
        queryKeyNorm: architecture === 'qwen3',
      })
  })

  it('reads GPT-2 and BERT', () => {
    const gpt2 = renamed('gpt2', { 'gpt2.attention.layer_norm_epsilon': 1e-5, 'gpt2.attention.head_count_kv': 9 })
    expect(parser.fromGguf(gpt2)).toMatchObject({
      family: 'GPT',
      norm: { kind: 'layer', placement: 'pre' },
      activation: 'gelu-tanh',
      gated: false,
      positions: { kind: 'learned' },
    })
    const bert = renamed('bert', {
      'bert.attention.layer_norm_epsilon': 1e-12,
      'bert.attention.causal': false,
      'bert.attention.head_count_kv': 9,
      'tokenizer.ggml.token_type_count': 2,
    })
    expect(parser.fromGguf(bert)).toMatchObject({
      family: 'BERT',
      causal: false,
      head: 'none',
      embedding: { tokenTypeCount: 2, norm: true },
      norm: { kind: 'layer', placement: 'post' },
    })
    expect(() => parser.fromGguf(bert, ['dense_2.weight'])).toThrow(/projection of every token.*not supported yet/)
  })

  it.each([
    [{ 'general.architecture': undefined }, /"general.architecture" is missing/],
    [{ 'general.architecture': 7 }, /"general.architecture" is missing/],
    [{ 'llama.block_count': undefined }, /"llama.block_count" is missing/],
    [{ 'llama.block_count': -3 }, /"llama.block_count" is -3, but must be a whole number from 1 to 1024/],
    [{ 'llama.block_count': 4_000_000_000 }, /"llama.block_count" is 4000000000/],
    [{ 'llama.block_count': 2n ** 63n }, /"llama.block_count" is 9223372036854/],
    [{ 'llama.embedding_length': 576.5 }, /"llama.embedding_length" is 576.5/],
    [{ 'llama.embedding_length': 577 }, /577 is no multiple of "llama.attention.head_count" 9/],
    [{ 'llama.attention.head_count': [9, 9] }, /"llama.attention.head_count" is \[9,9\]/],
    [{ 'llama.attention.head_count_kv': 2 }, /9 query heads over 2 KV heads/],
    [{ 'llama.attention.head_count_kv': 0 }, /"llama.attention.head_count_kv" is 0/],
    [{ 'llama.attention.key_length': 63, 'llama.attention.value_length': 63 }, /head size is 63/],
    [{ 'llama.rope.dimension_count': 128 }, /128 values of each head are rotated/],
    [{ 'llama.rope.dimension_count': 63 }, /63 values of each head are rotated/],
    [{ 'llama.rope.freq_base': 0 }, /"llama.rope.freq_base" is 0/],
    [{ 'llama.rope.freq_base': Number.NaN }, /"llama.rope.freq_base"/],
    [{ 'llama.rope.scaling.factor': -2 }, /"llama.rope.scaling.factor" is -2/],
    [{ 'llama.attention.layer_norm_rms_epsilon': 'small' }, /rms_epsilon" is "small"/],
    [{ 'llama.vocab_size': 2, 'tokenizer.ggml.tokens': ['a', 'b', 'c'] }, /has 3 tokens, more than .* 2/],
    [{ 'llama.vocab_size': undefined }, /neither "llama.vocab_size" nor "tokenizer.ggml.tokens"/],
  ])('refuses %o and names key and value', (more, message) => {
    const parse = () => parser.fromGguf({ ...metadata, ...more })
    expect(parse).toThrow(expect.objectContaining({ code: 'model-format' }))
    expect(parse).toThrow(message)
  })
})
