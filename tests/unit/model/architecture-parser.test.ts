import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gguf } from '@huggingface/gguf'
import { describe, expect, it } from 'vitest'
import { MobileModelArchitectureParser } from '../../../src/model/architecture-parser.ts'
import { type ModelConfig, plainDecoder } from '../../../src/model/config.ts'

const rope = ({ positions }: ModelConfig) => (positions.kind === 'rope' ? positions : null)

const parser = new MobileModelArchitectureParser()
const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url))
const configOf = async (folder: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(fixture(`${folder}/config.json`), 'utf8'))

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
  })

  const renamed = (architecture: string, more: Record<string, unknown>) => ({
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key.replace('llama', architecture), value])),
    'general.architecture': architecture,
    ...more,
  })

  it('turns the halves of Qwen’s heads', () => {
    for (const architecture of ['qwen2', 'qwen3'])
      expect(parser.fromGguf(renamed(architecture, {}))).toMatchObject({ positions: { layout: 'half-split' } })
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

describe('fromHuggingFace', () => {
  it('reads transformers 5 (rope_parameters)', async () => {
    expect(parser.fromHuggingFace(await configOf('llama-nine-heads'))).toEqual({
      ...plainDecoder(288),
      architecture: 'llama',
      family: 'LLaMA',
      layerCount: 2,
      hiddenSize: 288,
      headCount: 9,
      kvHeadCount: 3,
      headSize: 32,
      ffnSize: 96,
      vocabSize: 96,
      contextLength: 256,
      norm: { kind: 'rms', epsilon: 1e-6, placement: 'pre' },
      positions: {
        kind: 'rope',
        theta: 10000,
        layout: 'half-split',
        rotatedSize: 32,
        scaling: { kind: 'linear', factor: 2 },
      },
      tiedEmbeddings: false,
    })
    expect(parser.fromHuggingFace(await configOf('llama-gqa'))).toMatchObject({ headSize: 16, tiedEmbeddings: true })
  })

  it('reads transformers 4 (rope_theta and rope_scaling), also with a head size unlike hidden / heads', async () => {
    expect(parser.fromHuggingFace(await configOf('llama3-rope'))).toMatchObject({
      headSize: 32,
      hiddenSize: 64,
      headCount: 4,
      positions: {
        theta: 500000,
        scaling: {
          kind: 'llama3',
          factor: 8,
          lowFrequencyFactor: 1,
          highFrequencyFactor: 4,
          originalContextLength: 64,
        },
      },
    })
  })

  it('derives a missing head_dim and missing KV heads', async () => {
    const { head_dim: _, num_key_value_heads: __, ...config } = await configOf('llama-gqa')
    expect(parser.fromHuggingFace(config)).toMatchObject({ headSize: 8, kvHeadCount: 8 })
  })

  it('takes Mistral’s window, and one no shorter than the context for none', async () => {
    const config = await configOf('mistral-window')
    expect(parser.fromHuggingFace(config)).toMatchObject({ family: 'Mistral', attentionWindow: 16 })
    for (const sliding_window of [null, 256])
      expect(parser.fromHuggingFace({ ...config, sliding_window })).toMatchObject({ attentionWindow: null })
    expect(
      parser.fromHuggingFace({ ...config, sliding_window: undefined, max_position_embeddings: 32_768 }),
    ).toMatchObject({ attentionWindow: null })
    const { sliding_window: _, ...silent } = config
    expect(parser.fromHuggingFace({ ...silent, max_position_embeddings: 32_768 })).toMatchObject({
      attentionWindow: 4096,
    })
  })

  it('reads the relatives of LLaMA', async () => {
    expect(parser.fromHuggingFace(await configOf('qwen2'))).toMatchObject({
      family: 'LLaMA',
      biases: { queryKeyValue: true, attentionOutput: false, feedForward: false },
      attentionWindow: null,
    })
    expect(parser.fromHuggingFace(await configOf('qwen3'))).toMatchObject({ queryKeyNorm: true, headSize: 32 })
    const llama = await configOf('llama-gqa')
    expect(parser.fromHuggingFace({ ...llama, attention_bias: true, mlp_bias: true }).biases).toEqual({
      queryKeyValue: true,
      attentionOutput: true,
      feedForward: true,
    })
  })

  it('reads GPT-2, up to 96 layers of 96 heads', async () => {
    const config = await configOf('gpt2')
    expect(parser.fromHuggingFace(config)).toMatchObject({
      family: 'GPT',
      hiddenSize: 96,
      headCount: 6,
      kvHeadCount: 6,
      headSize: 16,
      ffnSize: 384,
      contextLength: 128,
      activation: 'gelu-tanh',
      gated: false,
      tiedEmbeddings: true,
    })
    expect(parser.fromHuggingFace({ ...config, n_layer: 96, n_head: 96, n_embd: 12_288 })).toMatchObject({
      layerCount: 96,
      headCount: 96,
      headSize: 128,
      ffnSize: 49_152,
    })
  })

  it('reads BERT, whose head only the tensors tell', async () => {
    const config = await configOf('bert')
    expect(parser.fromHuggingFace(config, ['cls.predictions.transform.dense.weight'])).toMatchObject({
      family: 'BERT',
      causal: false,
      head: 'masked-language',
      norm: { kind: 'layer', epsilon: 1e-12, placement: 'post' },
      activation: 'gelu',
      embedding: { size: 96, trigram: false, tokenTypeCount: 2, norm: true },
    })
    expect(parser.fromHuggingFace(config, []).head).toBe('none')
  })

  it('reads MobileBERT, the published shape and twelve layers of eight heads over 512', async () => {
    expect(parser.fromHuggingFace(await configOf('mobilebert'))).toMatchObject({
      family: 'MobileBERT',
      headSize: 16,
      norm: { kind: 'affine', placement: 'post' },
      embedding: { size: 32, trigram: true },
      bottleneck: { size: 64, sharedKeyQuery: true },
      feedForwardsPerLayer: 4,
    })
    const published = {
      model_type: 'mobilebert',
      hidden_size: 512,
      num_hidden_layers: 24,
      num_attention_heads: 4,
      intermediate_size: 512,
      vocab_size: 30_522,
      max_position_embeddings: 512,
    }
    expect(parser.fromHuggingFace(published)).toMatchObject({ headSize: 32, bottleneck: { size: 128 } })
    expect(parser.fromHuggingFace({ ...published, num_hidden_layers: 12, num_attention_heads: 8 })).toMatchObject({
      layerCount: 12,
      headCount: 8,
      hiddenSize: 512,
      headSize: 16,
    })
  })

  it.each([
    ['gpt2', { scale_attn_by_inverse_layer_idx: true }, /inverse_layer_idx/],
    ['gpt2', { activation_function: 'gelu_fast' }, /"gelu_fast".*activation_function/],
    ['bert', { position_embedding_type: 'relative_key' }, /relative_key/],
    ['bert', { is_decoder: true }, /is_decoder/],
    ['mobilebert', { key_query_shared_bottleneck: false }, /key_query_shared_bottleneck/],
    ['mobilebert', { normalization_type: 'batch' }, /"batch"/],
    ['qwen2', { use_sliding_window: true }, /use_sliding_window/],
    ['qwen3', { layer_types: ['full_attention', 'sliding_attention'] }, /several kinds/],
  ])('answers "not yet" for %s with %o', async (folder, more, message) => {
    const config = { ...(await configOf(folder)), ...more }
    expect(() => parser.fromHuggingFace(config)).toThrow(expect.objectContaining({ code: 'model-unsupported' }))
    expect(() => parser.fromHuggingFace(config)).toThrow(message)
  })

  it.each([
    [{ hidden_act: 'gelu' }, /"gelu"/],
    [{ quantization_config: { quant_method: 'gptq' } }, /quantization_config/],
    [{ rope_parameters: { rope_type: 'yarn', factor: 4 } }, /"yarn"/],
    [{ rope_parameters: { rope_type: 'dynamic', factor: 4 } }, /"dynamic"/],
    [{ rope_parameters: { partial_rotary_factor: 0.5 } }, /"partial_rotary_factor" = 0.5/],
    [{ rope_parameters: null, rope_scaling: { type: 'longrope' } }, /"longrope".*rope_scaling/],
  ])('answers "not yet" for %o', async (more, message) => {
    const config = { ...(await configOf('llama-gqa')), ...more }
    expect(() => parser.fromHuggingFace(config)).toThrow(expect.objectContaining({ code: 'model-unsupported' }))
    expect(() => parser.fromHuggingFace(config)).toThrow(message)
  })

  it.each([
    [{ hidden_size: '64' }, /"hidden_size" is "64"/],
    [{ vocab_size: undefined }, /"vocab_size" is missing/],
    [{ num_key_value_heads: 3 }, /8 query heads over 3 KV heads/],
    [{ head_dim: 15 }, /head size is 15/],
    [{ tie_word_embeddings: 'yes' }, /"tie_word_embeddings" is "yes"/],
    [{ rope_parameters: 'default' }, /rope_parameters: the whole is "default"/],
    [{ rope_parameters: { rope_type: 'linear' } }, /"factor" is missing/],
    [
      { rope_parameters: { rope_type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 1 } },
      /high_freq_factor 1/,
    ],
  ])('refuses %o and names key and value', async (more, message) => {
    const config = { ...(await configOf('llama-gqa')), ...more }
    expect(() => parser.fromHuggingFace(config)).toThrow(expect.objectContaining({ code: 'model-format' }))
    expect(() => parser.fromHuggingFace(config)).toThrow(message)
  })

  it.each([[null], ['llama'], [[]], [{}], [{ model_type: 3 }]])('refuses %o', (config) => {
    expect(() => parser.fromHuggingFace(config)).toThrow(expect.objectContaining({ code: 'model-format' }))
  })
})
