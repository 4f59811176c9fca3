// A ModelConfig that came over the network, within the bounds that a file's own config is held to.
import * as v from 'valibot'
import { type ModelConfig, rotatedSizeOf, streamWidth } from '../model/config.ts'
import * as bounds from '../model/config-bounds.ts'

const scalingSchema = v.variant('kind', [
  v.object({ kind: v.literal('none') }),
  v.object({ kind: v.literal('linear'), factor: bounds.ropeFactorField }),
  v.object({
    kind: v.literal('llama3'),
    factor: bounds.ropeFactorField,
    lowFrequencyFactor: bounds.ropeFactorField,
    highFrequencyFactor: bounds.ropeFactorField,
    originalContextLength: bounds.contextLengthField,
  }),
])

const positionsSchema = v.variant('kind', [
  v.object({
    kind: v.literal('rope'),
    theta: bounds.thetaField,
    layout: v.picklist(['interleaved', 'half-split']),
    rotatedSize: bounds.headSizeField,
    scaling: scalingSchema,
  }),
  v.object({ kind: v.literal('learned') }),
])

const fields = v.object({
  architecture: v.pipe(v.string(), v.maxLength(100)),
  family: v.picklist(['LLaMA', 'Mistral', 'GPT', 'BERT', 'MobileBERT']),
  layerCount: bounds.layerCountField,
  hiddenSize: bounds.hiddenSizeField,
  headCount: bounds.headCountField,
  kvHeadCount: bounds.headCountField,
  headSize: bounds.headSizeField,
  ffnSize: bounds.ffnSizeField,
  vocabSize: bounds.vocabSizeField,
  contextLength: bounds.contextLengthField,
  norm: v.object({
    kind: v.picklist(['rms', 'layer', 'affine']),
    epsilon: bounds.epsilonField,
    placement: v.picklist(['pre', 'post']),
  }),
  activation: v.picklist(['silu', 'gelu', 'gelu-tanh', 'relu']),
  gated: v.boolean(),
  positions: positionsSchema,
  causal: v.boolean(),
  attentionWindow: v.nullable(bounds.contextLengthField),
  queryKeyNorm: v.boolean(),
  biases: v.object({ queryKeyValue: v.boolean(), attentionOutput: v.boolean(), feedForward: v.boolean() }),
  embedding: v.object({
    size: bounds.hiddenSizeField,
    trigram: v.boolean(),
    tokenTypeCount: bounds.tokenTypeCountField,
    norm: v.boolean(),
  }),
  bottleneck: v.nullable(v.object({ size: bounds.hiddenSizeField, sharedKeyQuery: v.boolean() })),
  feedForwardsPerLayer: bounds.feedForwardsPerLayerField,
  head: v.picklist(['none', 'language', 'masked-language']),
  tiedEmbeddings: v.boolean(),
})

function isWhole(config: ModelConfig): boolean {
  const { headCount, kvHeadCount, headSize, positions, embedding, hiddenSize } = config
  const rotated = rotatedSizeOf(config)
  return (
    headCount % kvHeadCount === 0 &&
    (positions.kind === 'learned' || headSize % 2 === 0) &&
    rotated % 2 === 0 &&
    rotated <= headSize &&
    embedding.size <= hiddenSize &&
    streamWidth(config) <= hiddenSize
  )
}

/** Accepts what `MobileModelArchitectureParser` can give, and nothing that would ask for absurd memory. */
export const modelConfigSchema: v.GenericSchema<unknown, ModelConfig> = v.pipe(
  fields,
  v.check(isWhole, 'heads that do not divide'),
)
