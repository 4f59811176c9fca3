// Tiny relatives of the families that are no LLaMA: what each has beyond it, in sizes that are no multiples of what kernels like.
import type { ModelConfig } from '../../src/model/config.ts'
import { tinyConfig } from './tiny-model.ts'

const learned = { kind: 'learned' } as const
const allBiases = { queryKeyValue: true, attentionOutput: true, feedForward: true }

/** GPT-2: layer norms, biases everywhere, GELU without a gate, learned positions. */
export function gptLike(overrides: Partial<ModelConfig> = {}): ModelConfig {
  return tinyConfig({
    architecture: 'gpt2',
    family: 'GPT',
    kvHeadCount: 6,
    norm: { kind: 'layer', epsilon: 1e-5, placement: 'pre' },
    activation: 'gelu-tanh',
    gated: false,
    positions: learned,
    biases: allBiases,
    tiedEmbeddings: true,
    ...overrides,
  })
}

/** Qwen3: every query and key head normed, and Qwen2's biases, which no model has together with them. */
export function qwenLike(overrides: Partial<ModelConfig> = {}): ModelConfig {
  return tinyConfig({
    queryKeyNorm: true,
    biases: { queryKeyValue: true, attentionOutput: false, feedForward: false },
    ...overrides,
  })
}

/** Mistral: a window of 8 positions; steps may have up to 128 tokens. */
export function mistralLike(overrides: Partial<ModelConfig> = {}): ModelConfig {
  return tinyConfig({ family: 'Mistral', attentionWindow: 8, contextLength: 1000, ...overrides })
}

/** BERT: all see all, norms after the sums, a masked-language head. */
export function bertLike(overrides: Partial<ModelConfig> = {}): ModelConfig {
  return tinyConfig({
    architecture: 'bert',
    family: 'BERT',
    kvHeadCount: 6,
    norm: { kind: 'layer', epsilon: 1e-12, placement: 'post' },
    activation: 'gelu',
    gated: false,
    positions: learned,
    causal: false,
    biases: allBiases,
    embedding: { size: 96, trigram: false, tokenTypeCount: 2, norm: true },
    head: 'masked-language',
    tiedEmbeddings: true,
    ...overrides,
  })
}

/** MobileBERT: a residual stream of 96 values and layers 64 wide, four feed-forwards each, a narrow embedding of trigrams. */
export function mobileBertLike(overrides: Partial<ModelConfig> = {}): ModelConfig {
  return bertLike({
    architecture: 'mobilebert',
    family: 'MobileBERT',
    headCount: 4,
    kvHeadCount: 4,
    norm: { kind: 'affine', epsilon: 1e-12, placement: 'post' },
    activation: 'relu',
    embedding: { size: 32, trigram: true, tokenTypeCount: 2, norm: true },
    bottleneck: { size: 64, sharedKeyQuery: true },
    feedForwardsPerLayer: 4,
    ...overrides,
  })
}
