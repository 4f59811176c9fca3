import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { MobileModelArchitectureParser } from '../../../src/model/architecture-parser.ts'
import { plainDecoder } from '../../../src/model/config.ts'

const parser = new MobileModelArchitectureParser()
const configOf = async (folder: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(new URL(`../../fixtures/${folder}/config.json`, import.meta.url), 'utf8'))

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

  it('takes RoPE parameters from where transformers does', async () => {
    const config = await configOf('llama3-rope')
    const { positions } = parser.fromHuggingFace({ ...config, original_max_position_embeddings: 32 })
    expect(positions).toMatchObject({ scaling: { originalContextLength: 32 } })
    const both = { rope_parameters: { rope_type: 'default' }, rope_scaling: { type: 'linear', factor: 4 } }
    expect(parser.fromHuggingFace({ ...config, ...both })).toMatchObject({
      positions: { theta: 500000, scaling: { kind: 'linear', factor: 4 } },
    })
    expect(parser.fromHuggingFace({ ...config, rope_scaling: {}, rope_parameters: { rope_theta: 7 } })).toMatchObject({
      positions: { theta: 7, scaling: { kind: 'none' } },
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
    const mistral = { ...(await configOf('mistral-window')), attention_bias: true, mlp_bias: true }
    expect(parser.fromHuggingFace(mistral).biases).toEqual({
      queryKeyValue: false,
      attentionOutput: false,
      feedForward: false,
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
    ['gpt2', { quantization_config: { quant_method: 'gptq' } }, /quantization_config/],
    ['gpt2', { activation_function: 'constructor' }, /"constructor".*activation_function/],
    ['gpt2', { activation_function: 'gelu_fast' }, /"gelu_fast".*activation_function/],
    ['bert', { position_embedding_type: 'relative_key' }, /relative_key/],
    ['bert', { is_decoder: true }, /is_decoder/],
    ['mobilebert', { key_query_shared_bottleneck: false }, /key_query_shared_bottleneck/],
    ['mobilebert', { normalization_type: 'batch' }, /"batch"/],
    ['qwen2', { use_sliding_window: true }, /use_sliding_window/],
    ['qwen2', { is_causal: false }, /is_causal/],
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
    [{ partial_rotary_factor: 0.25 }, /"partial_rotary_factor" = 0.25/],
    [{ rope_parameters: { full_attention: { rope_theta: 1e6 } } }, /"rope_parameters.full_attention"/],
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

  it.each([
    ['gpt2', { n_head: 96 }, /"headSize" is 1, but must be a whole number from 2 to 1024/],
    ['mobilebert', { intra_bottleneck_size: 256 }, /bottleneck is 256 wide, more than the \d+ values/],
  ])('refuses %s with %o', async (folder, more, message) => {
    const config = { ...(await configOf(folder)), ...more }
    expect(() => parser.fromHuggingFace(config)).toThrow(expect.objectContaining({ code: 'model-format' }))
    expect(() => parser.fromHuggingFace(config)).toThrow(message)
  })

  it.each([[null], ['llama'], [[]], [{}], [{ model_type: 3 }]])('refuses %o', (config) => {
    expect(() => parser.fromHuggingFace(config)).toThrow(expect.objectContaining({ code: 'model-format' }))
  })
})
