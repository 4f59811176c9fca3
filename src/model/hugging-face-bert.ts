// config.json of BERT (Devlin et al. 2019). Source: transformers' configuration_bert.py. Whether there is a masked-language head only the
// tensors say: sentence-transformers exports have none.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { activationOf } from './activation.ts'
import { type ModelConfig, plainEncoder } from './config.ts'
import * as bounds from './config-bounds.ts'
import { featureNotYet, refuseQuantized } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'config.json'
const flag = v.boolean('true or false')

/** What BERT and MobileBERT say alike. */
export const encoderFields = {
  hidden_size: bounds.hiddenSizeField,
  num_hidden_layers: bounds.layerCountField,
  num_attention_heads: bounds.headCountField,
  intermediate_size: bounds.ffnSizeField,
  vocab_size: bounds.vocabSizeField,
  max_position_embeddings: bounds.contextLengthField,
  type_vocab_size: v.nullish(bounds.tokenTypeCountField, 2),
  layer_norm_eps: v.nullish(bounds.epsilonField, 1e-12),
  tie_word_embeddings: v.nullish(flag, true),
  position_embedding_type: v.nullish(v.string('a word'), 'absolute'),
  is_decoder: v.nullish(flag, false),
  quantization_config: v.nullish(v.unknown()),
}

const fieldsSchema = v.looseObject({ ...encoderFields, hidden_act: v.nullish(v.string('a word'), 'gelu') })

export function bertFromHuggingFace(
  architecture: string,
  config: unknown,
  tensorNames: ReadonlySet<string> | null,
): ModelConfig {
  const fields = parseFields(fieldsSchema, config, SOURCE)
  const { hidden_size: hiddenSize, num_attention_heads: headCount } = fields
  if (hiddenSize % headCount !== 0) {
    throw new ModelFormatError(
      `${SOURCE}: "hidden_size" ${hiddenSize} is no multiple of "num_attention_heads" ${headCount}.`,
    )
  }
  return {
    ...encoderCore(architecture, fields, tensorNames),
    family: 'BERT',
    headSize: hiddenSize / headCount,
    norm: { kind: 'layer', epsilon: fields.layer_norm_eps, placement: 'post' },
    activation: activationOf(architecture, 'hidden_act', fields.hidden_act),
    embedding: { size: hiddenSize, trigram: false, tokenTypeCount: fields.type_vocab_size, norm: true },
    bottleneck: null,
    feedForwardsPerLayer: 1,
  }
}

type EncoderFields = v.InferOutput<v.ObjectSchema<typeof encoderFields, undefined>>

/** The part of the config that is alike; refuses what both would compute wrongly. */
export function encoderCore(architecture: string, fields: EncoderFields, tensorNames: ReadonlySet<string> | null) {
  if (fields.position_embedding_type !== 'absolute') {
    throw featureNotYet(architecture, `"position_embedding_type" = "${fields.position_embedding_type.slice(0, 40)}"`)
  }
  if (fields.is_decoder) throw featureNotYet(architecture, '"is_decoder" = true')
  refuseQuantized(architecture, fields.quantization_config)
  return {
    ...plainEncoder,
    architecture,
    layerCount: fields.num_hidden_layers,
    hiddenSize: fields.hidden_size,
    headCount: fields.num_attention_heads,
    kvHeadCount: fields.num_attention_heads,
    ffnSize: fields.intermediate_size,
    vocabSize: fields.vocab_size,
    contextLength: fields.max_position_embeddings,
    head: tensorNames?.has('cls.predictions.transform.dense.weight') ? 'masked-language' : 'none',
    tiedEmbeddings: fields.tie_word_embeddings,
  } satisfies Partial<ModelConfig>
}
