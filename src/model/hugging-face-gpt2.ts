// config.json of GPT-2 (Radford et al. 2019) and larger models of its shape. Source: transformers' configuration_gpt2.py.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { activationOf } from './activation.ts'
import { type ModelConfig, plainDecoder } from './config.ts'
import * as bounds from './config-bounds.ts'
import { featureNotYet, refuseQuantized } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'config.json'
const flag = v.boolean('true or false')

const fieldsSchema = v.looseObject({
  n_embd: bounds.hiddenSizeField,
  n_layer: bounds.layerCountField,
  n_head: bounds.headCountField,
  n_positions: bounds.contextLengthField,
  n_inner: v.nullish(bounds.ffnSizeField),
  vocab_size: bounds.vocabSizeField,
  activation_function: v.nullish(v.string('a word'), 'gelu_new'),
  layer_norm_epsilon: v.nullish(bounds.epsilonField, 1e-5),
  scale_attn_weights: v.nullish(flag, true),
  scale_attn_by_inverse_layer_idx: v.nullish(flag, false),
  add_cross_attention: v.nullish(flag, false),
  tie_word_embeddings: v.nullish(flag, true),
  quantization_config: v.nullish(v.unknown()),
})

export function gpt2FromHuggingFace(architecture: string, config: unknown): ModelConfig {
  const fields = parseFields(fieldsSchema, config, SOURCE)
  refuseQuantized(architecture, fields.quantization_config)
  if (!fields.scale_attn_weights) throw featureNotYet(architecture, '"scale_attn_weights" = false')
  if (fields.scale_attn_by_inverse_layer_idx) {
    throw featureNotYet(architecture, '"scale_attn_by_inverse_layer_idx" = true')
  }
  if (fields.add_cross_attention) throw featureNotYet(architecture, '"add_cross_attention" = true')
  const { n_embd: hiddenSize, n_head: headCount } = fields
  if (hiddenSize % headCount !== 0) {
    throw new ModelFormatError(`${SOURCE}: "n_embd" ${hiddenSize} is no multiple of "n_head" ${headCount}.`)
  }
  return {
    ...plainDecoder(hiddenSize),
    architecture,
    family: 'GPT',
    layerCount: fields.n_layer,
    hiddenSize,
    headCount,
    kvHeadCount: headCount,
    headSize: hiddenSize / headCount,
    ffnSize: fields.n_inner ?? 4 * hiddenSize,
    vocabSize: fields.vocab_size,
    contextLength: fields.n_positions,
    norm: { kind: 'layer', epsilon: fields.layer_norm_epsilon, placement: 'pre' },
    activation: activationOf(architecture, 'activation_function', fields.activation_function),
    gated: false,
    positions: { kind: 'learned' },
    biases: { queryKeyValue: true, attentionOutput: true, feedForward: true },
    tiedEmbeddings: fields.tie_word_embeddings,
  }
}
