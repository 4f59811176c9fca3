// config.json of LLaMA and its relatives that differ by data only. Sources: transformers' configuration_{llama,mistral,qwen2,qwen3}.py and
// modeling_rope_utils.py. transformers 5 writes `rope_parameters`; 4 wrote `rope_theta` and `rope_scaling`.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { type ModelConfig, plainDecoder, type RopeScaling } from './config.ts'
import * as bounds from './config-bounds.ts'
import { featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'config.json'

const modelFields = v.looseObject({
  hidden_size: bounds.hiddenSizeField,
  intermediate_size: bounds.ffnSizeField,
  num_hidden_layers: bounds.layerCountField,
  num_attention_heads: bounds.headCountField,
  num_key_value_heads: v.nullish(bounds.headCountField),
  head_dim: v.nullish(bounds.headSizeField),
  hidden_act: v.nullish(v.string('a word'), 'silu'),
  vocab_size: bounds.vocabSizeField,
  max_position_embeddings: bounds.contextLengthField,
  rms_norm_eps: v.nullish(bounds.epsilonField, 1e-6),
  tie_word_embeddings: v.nullish(v.boolean('true or false'), false),
  attention_bias: v.nullish(v.boolean('true or false'), false),
  mlp_bias: v.nullish(v.boolean('true or false'), false),
  sliding_window: v.nullish(bounds.contextLengthField),
  use_sliding_window: v.nullish(v.boolean('true or false'), false),
  layer_types: v.nullish(v.array(v.string('a word'), 'a list of words')),
  rope_theta: v.nullish(bounds.thetaField),
  rope_parameters: v.nullish(v.unknown()),
  rope_scaling: v.nullish(v.unknown()),
  quantization_config: v.nullish(v.unknown()),
})
type ModelFields = v.InferOutput<typeof modelFields>

const ropeFields = v.looseObject(
  {
    rope_theta: v.nullish(bounds.thetaField),
    rope_type: v.nullish(v.string('a word')),
    type: v.nullish(v.string('a word')),
    partial_rotary_factor: v.nullish(v.number('a number'), 1),
  },
  'an object',
)

const linearFields = v.looseObject({ factor: bounds.ropeFactorField })

const llama3Fields = v.looseObject({
  factor: bounds.ropeFactorField,
  low_freq_factor: bounds.ropeFactorField,
  high_freq_factor: bounds.ropeFactorField,
  original_max_position_embeddings: v.nullish(bounds.contextLengthField),
})

export function llamaFromHuggingFace(architecture: string, config: unknown): ModelConfig {
  const fields = parseFields(modelFields, config, SOURCE)
  refuseVariations(architecture, fields)
  const headCount = fields.num_attention_heads
  const headSize = headSizeOf(fields)
  return {
    ...plainDecoder(fields.hidden_size),
    architecture,
    family: architecture === 'mistral' ? 'Mistral' : 'LLaMA',
    layerCount: fields.num_hidden_layers,
    hiddenSize: fields.hidden_size,
    headCount,
    kvHeadCount: fields.num_key_value_heads ?? headCount,
    headSize,
    ffnSize: fields.intermediate_size,
    vocabSize: fields.vocab_size,
    contextLength: fields.max_position_embeddings,
    norm: { kind: 'rms', epsilon: fields.rms_norm_eps, placement: 'pre' },
    positions: { kind: 'rope', layout: 'half-split', rotatedSize: headSize, ...ropeOf(architecture, fields) },
    attentionWindow: windowOf(architecture, fields),
    queryKeyNorm: architecture === 'qwen3',
    biases: {
      queryKeyValue: fields.attention_bias || architecture === 'qwen2',
      attentionOutput: fields.attention_bias,
      feedForward: fields.mlp_bias,
    },
    tiedEmbeddings: fields.tie_word_embeddings,
  }
}

function refuseVariations(architecture: string, fields: ModelFields): void {
  if (fields.hidden_act !== 'silu' && fields.hidden_act !== 'swish') {
    throw featureNotYet(architecture, `the activation "${fields.hidden_act.slice(0, 40)}" ("hidden_act")`)
  }
  if (fields.quantization_config != null) {
    throw featureNotYet(architecture, 'a quantized checkpoint ("quantization_config")')
  }
  if (fields.use_sliding_window) throw featureNotYet(architecture, '"use_sliding_window" = true')
  const expected = architecture === 'mistral' ? /^(sliding|full)_attention$/ : /^full_attention$/
  const types = new Set(fields.layer_types ?? [])
  if (types.size > 1 || [...types].some((type) => !expected.test(type))) {
    throw featureNotYet(architecture, `layers of several kinds ("layer_types" ${[...types].join(', ').slice(0, 80)})`)
  }
  if (architecture === 'mistral' && fields.num_key_value_heads == null) {
    throw new ModelFormatError(`${SOURCE}: "num_key_value_heads" is missing, but a mistral model must say it.`)
  }
}

/** A window as long as the context is none. Only Mistral's is in use: Qwen names one beside `use_sliding_window` = false. */
function windowOf(architecture: string, fields: ModelFields): number | null {
  if (architecture !== 'mistral' || fields.layer_types?.[0] === 'full_attention') return null
  // A Mistral config without the key means transformers' default of 4096; null means no window.
  const window = 'sliding_window' in fields ? fields.sliding_window : 4096
  return window != null && window < fields.max_position_embeddings ? window : null
}

function headSizeOf({ head_dim, hidden_size, num_attention_heads }: ModelFields): number {
  const headSize = head_dim ?? hidden_size / num_attention_heads
  if (Number.isInteger(headSize)) return headSize
  throw new ModelFormatError(
    `${SOURCE}: "hidden_size" ${hidden_size} is no multiple of "num_attention_heads" ${num_attention_heads}, and no "head_dim" says the head size.`,
  )
}

function ropeOf(architecture: string, fields: ModelFields): { theta: number; scaling: RopeScaling } {
  const key = fields.rope_parameters == null ? 'rope_scaling' : 'rope_parameters'
  const raw = fields[key] ?? {}
  const source = `${SOURCE}, ${key}`
  const rope = parseFields(ropeFields, raw, source)
  if (rope.partial_rotary_factor !== 1) {
    throw featureNotYet(architecture, `"partial_rotary_factor" = ${rope.partial_rotary_factor}`)
  }
  const type = rope.rope_type ?? rope.type ?? 'default'
  const theta = rope.rope_theta ?? fields.rope_theta ?? 10_000
  if (type === 'default') return { theta, scaling: { kind: 'none' } }
  if (type === 'linear') {
    return { theta, scaling: { kind: 'linear', factor: parseFields(linearFields, raw, source).factor } }
  }
  if (type !== 'llama3') throw featureNotYet(architecture, `RoPE scaling "${type.slice(0, 40)}" ("${key}")`)
  const llama3 = parseFields(llama3Fields, raw, source)
  return {
    theta,
    scaling: {
      kind: 'llama3',
      factor: llama3.factor,
      lowFrequencyFactor: llama3.low_freq_factor,
      highFrequencyFactor: llama3.high_freq_factor,
      originalContextLength: llama3.original_max_position_embeddings ?? fields.max_position_embeddings,
    },
  }
}
