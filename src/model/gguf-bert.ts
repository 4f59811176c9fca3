// BERT in GGUF: embedding models, without a masked-language head.
import * as v from 'valibot'
import { type ModelConfig, plainEncoder } from './config.ts'
import * as bounds from './config-bounds.ts'
import type { GgufModel } from './gguf-architecture.ts'
import { featureNotYet } from './not-yet.ts'
import { parseFields } from './parse-fields.ts'

const fieldsSchema = v.looseObject({
  'attention.layer_norm_epsilon': bounds.epsilonField,
  'attention.causal': v.optional(v.boolean('true or false'), true),
})

const tokenTypeFields = v.looseObject({ 'tokenizer.ggml.token_type_count': v.optional(bounds.tokenTypeCountField, 2) })

export function bertFromGguf({ architecture, metadata, own, sizes, tensorNames }: GgufModel): ModelConfig {
  const fields = parseFields(fieldsSchema, own, 'GGUF metadata', `${architecture}.`)
  const tokenTypes = parseFields(tokenTypeFields, metadata, 'GGUF metadata')['tokenizer.ggml.token_type_count']
  if (fields['attention.causal']) throw featureNotYet(architecture, `"${architecture}.attention.causal" = true`)
  if (tensorNames?.has('dense_2.weight')) {
    throw featureNotYet(architecture, 'a projection of every token behind the last layer ("dense_2.weight")')
  }
  return {
    ...plainEncoder,
    architecture,
    ...sizes,
    family: 'BERT',
    norm: { kind: 'layer', epsilon: fields['attention.layer_norm_epsilon'], placement: 'post' },
    activation: 'gelu',
    embedding: {
      size: sizes.hiddenSize,
      trigram: false,
      tokenTypeCount: tensorNames === null || tensorNames.has('token_types.weight') ? tokenTypes : 0,
      norm: true,
    },
    bottleneck: null,
    feedForwardsPerLayer: 1,
    head: 'none',
    tiedEmbeddings: true,
  }
}
