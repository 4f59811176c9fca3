// LLaMA and its relatives (Mistral calls itself llama; Qwen2, Qwen3) in GGUF. llama.cpp permutes Q and K of the llama architecture so that
// RoPE turns neighbours; Qwen's stay half-split.
import * as v from 'valibot'
import { type ModelConfig, plainDecoder, type RopeScaling } from './config.ts'
import * as bounds from './config-bounds.ts'
import type { GgufModel } from './gguf-architecture.ts'
import { featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'GGUF metadata'

const fieldsSchema = v.looseObject({
  'attention.layer_norm_rms_epsilon': bounds.epsilonField,
  'attention.sliding_window': v.optional(bounds.windowField, 0),
  'attention.sliding_window_pattern': v.optional(v.unknown()),
  'attention.causal': v.optional(v.boolean('true or false'), true),
  'rope.dimension_count': v.optional(bounds.headSizeField),
  'rope.freq_base': v.optional(bounds.thetaField, 10_000),
  'rope.scaling.type': v.optional(v.string('a word')),
  'rope.scaling.factor': v.optional(v.number('a number')),
  'rope.scale_linear': v.optional(v.number('a number')),
})
type LlamaFields = v.InferOutput<typeof fieldsSchema>

export function llamaFromGguf({ architecture, own, sizes, tensorNames }: GgufModel): ModelConfig {
  const fields = parseFields(fieldsSchema, own, SOURCE, `${architecture}.`)
  if (!fields['attention.causal']) throw featureNotYet(architecture, `"${architecture}.attention.causal" = false`)
  const window = fields['attention.sliding_window']
  if (window > 0 && fields['attention.sliding_window_pattern'] !== undefined) {
    throw featureNotYet(architecture, `layers of several kinds ("${architecture}.attention.sliding_window_pattern")`)
  }
  if (tensorNames?.has('output.bias')) throw featureNotYet(architecture, 'a bias of the output head ("output.bias")')
  // One of a group's biases means all: `manifestOf` then names those that are missing.
  const has = (...names: string[]) => names.some((name) => tensorNames?.has(`blk.0.${name}`))
  return {
    ...plainDecoder(sizes.hiddenSize),
    architecture,
    ...sizes,
    family: window > 0 ? 'Mistral' : 'LLaMA',
    norm: { kind: 'rms', epsilon: fields['attention.layer_norm_rms_epsilon'], placement: 'pre' },
    positions: {
      kind: 'rope',
      theta: fields['rope.freq_base'],
      layout: architecture === 'llama' ? 'interleaved' : 'half-split',
      rotatedSize: fields['rope.dimension_count'] ?? sizes.headSize,
      scaling: scalingOf(architecture, fields),
    },
    attentionWindow: window > 0 && window < sizes.contextLength ? window : null,
    queryKeyNorm: architecture === 'qwen3' || has('attn_q_norm.weight', 'attn_k_norm.weight'),
    biases: {
      queryKeyValue: has('attn_q.bias', 'attn_k.bias', 'attn_v.bias', 'attn_qkv.bias'),
      attentionOutput: has('attn_output.bias'),
      feedForward: has('ffn_gate.bias', 'ffn_up.bias', 'ffn_down.bias'),
    },
    tiedEmbeddings: tensorNames !== null && !tensorNames.has('output.weight'),
  }
}

/** LLaMA 3's scaling comes as a tensor (`rope_freqs.weight`), not as metadata: here it is `none`. */
function scalingOf(architecture: string, fields: LlamaFields): RopeScaling {
  const factor = fields['rope.scaling.factor'] ?? fields['rope.scale_linear'] ?? 0
  const type = fields['rope.scaling.type'] ?? 'linear'
  if (type !== 'linear' && type !== 'none') {
    throw featureNotYet(architecture, `RoPE scaling "${type.slice(0, 40)}" ("${architecture}.rope.scaling.type")`)
  }
  if (type === 'none' || factor === 0 || factor === 1) return { kind: 'none' }
  const schema = v.object({ 'rope.scaling.factor': bounds.ropeFactorField })
  const parsed = parseFields(schema, { 'rope.scaling.factor': factor }, SOURCE, `${architecture}.`)
  return { kind: 'linear', factor: parsed['rope.scaling.factor'] }
}
