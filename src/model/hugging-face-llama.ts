// config.json of LLaMA and its relatives that differ by data only. Source: transformers' configuration_{llama,mistral,qwen2,qwen3}.py.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { type ModelConfig, plainDecoder } from './config.ts'
import * as bounds from './config-bounds.ts'
import { ropeEntries, ropeOf } from './hugging-face-rope.ts'
import { featureNotYet, refuseQuantized } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'config.json'

const modelFields = v.looseObject({
  ...ropeEntries,
  hidden_size: bounds.hiddenSizeField,
  intermediate_size: bounds.ffnSizeField,
  num_hidden_layers: bounds.layerCountField,
  num_attention_heads: bounds.headCountField,
  num_key_value_heads: v.nullish(bounds.headCountField),
  head_dim: v.nullish(bounds.headSizeField),
  hidden_act: v.nullish(v.string('a word'), 'silu'),
  vocab_size: bounds.vocabSizeField,
  rms_norm_eps: v.nullish(bounds.epsilonField, 1e-6),
  tie_word_embeddings: v.nullish(v.boolean('true or false'), false),
  attention_bias: v.nullish(v.boolean('true or false'), false),
  mlp_bias: v.nullish(v.boolean('true or false'), false),
  sliding_window: v.nullish(bounds.contextLengthField),
  use_sliding_window: v.nullish(v.boolean('true or false'), false),
  layer_types: v.nullish(v.array(v.string('a word'), 'a list of words')),
  is_causal: v.nullish(v.boolean('true or false'), true),
  quantization_config: v.nullish(v.unknown()),
})
type ModelFields = v.InferOutput<typeof modelFields>

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
    biases: biasesOf(architecture, fields),
    tiedEmbeddings: fields.tie_word_embeddings,
  }
}

function refuseVariations(architecture: string, fields: ModelFields): void {
  if (fields.hidden_act !== 'silu' && fields.hidden_act !== 'swish') {
    throw featureNotYet(architecture, `the activation "${fields.hidden_act.slice(0, 40)}" ("hidden_act")`)
  }
  refuseQuantized(architecture, fields.quantization_config)
  if (!fields.is_causal) throw featureNotYet(architecture, '"is_causal" = false')
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

/** Each flag is one of the architectures named; elsewhere transformers does not read it. */
function biasesOf(architecture: string, { attention_bias, mlp_bias }: ModelFields): ModelConfig['biases'] {
  const attention = attention_bias && (architecture === 'llama' || architecture === 'qwen3')
  return {
    queryKeyValue: attention || architecture === 'qwen2',
    attentionOutput: attention,
    feedForward: mlp_bias && architecture === 'llama',
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
