// config.json of MobileBERT (Sun et al. 2020). Source: transformers' configuration_mobilebert.py, whose defaults are the published model.
import * as v from 'valibot'
import { ModelFormatError } from '../base/errors.ts'
import { activationOf } from './activation.ts'
import type { Bottleneck, ModelConfig } from './config.ts'
import * as bounds from './config-bounds.ts'
import { encoderCore, encoderFields } from './hugging-face-bert.ts'
import { featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const SOURCE = 'config.json'
const flag = v.boolean('true or false')

const fieldsSchema = v.looseObject({
  ...encoderFields,
  hidden_act: v.nullish(v.string('a word'), 'relu'),
  embedding_size: v.nullish(bounds.hiddenSizeField, 128),
  trigram_input: v.nullish(flag, true),
  use_bottleneck: v.nullish(flag, true),
  intra_bottleneck_size: v.nullish(bounds.hiddenSizeField, 128),
  use_bottleneck_attention: v.nullish(flag, false),
  key_query_shared_bottleneck: v.nullish(flag, true),
  num_feedforward_networks: v.nullish(bounds.feedForwardsPerLayerField, 4),
  normalization_type: v.nullish(v.string('a word'), 'no_norm'),
})
type MobileBertFields = v.InferOutput<typeof fieldsSchema>

export function mobileBertFromHuggingFace(
  architecture: string,
  config: unknown,
  tensorNames: ReadonlySet<string> | null,
): ModelConfig {
  const fields = parseFields(fieldsSchema, config, SOURCE)
  const bottleneck = bottleneckOf(architecture, fields)
  const width = bottleneck?.size ?? fields.hidden_size
  const headCount = fields.num_attention_heads
  if (width % headCount !== 0) {
    throw new ModelFormatError(
      `${SOURCE}: the layers are ${width} wide ("${bottleneck ? 'intra_bottleneck_size' : 'hidden_size'}"), no multiple of "num_attention_heads" ${headCount}.`,
    )
  }
  if (fields.embedding_size > fields.hidden_size) {
    throw new ModelFormatError(
      `${SOURCE}: "embedding_size" ${fields.embedding_size} is more than "hidden_size" ${fields.hidden_size}.`,
    )
  }
  return {
    ...encoderCore(architecture, fields, tensorNames),
    family: 'MobileBERT',
    headSize: width / headCount,
    norm: { kind: normOf(architecture, fields.normalization_type), epsilon: fields.layer_norm_eps, placement: 'post' },
    activation: activationOf(architecture, 'hidden_act', fields.hidden_act),
    embedding: {
      size: fields.embedding_size,
      trigram: fields.trigram_input,
      tokenTypeCount: fields.type_vocab_size,
      norm: true,
    },
    bottleneck,
    feedForwardsPerLayer: fields.num_feedforward_networks,
  }
}

function bottleneckOf(architecture: string, fields: MobileBertFields): Bottleneck | null {
  if (!fields.use_bottleneck) return null
  const sharedKeyQuery = !fields.use_bottleneck_attention && fields.key_query_shared_bottleneck
  if (!sharedKeyQuery && !fields.use_bottleneck_attention) {
    throw featureNotYet(
      architecture,
      'bottlenecks with neither "use_bottleneck_attention" nor "key_query_shared_bottleneck"',
    )
  }
  return { size: fields.intra_bottleneck_size, sharedKeyQuery }
}

function normOf(architecture: string, name: string): 'affine' | 'layer' {
  if (name === 'no_norm') return 'affine'
  if (name === 'layer_norm') return 'layer'
  throw featureNotYet(architecture, `"normalization_type" = "${name.slice(0, 40)}"`)
}
