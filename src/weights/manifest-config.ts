// A ModelConfig that came over the network, within the bounds that a file's own config is held to.
import * as v from 'valibot'
import type { ModelConfig } from '../model/config.ts'
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

const fields = v.object({
  architecture: v.pipe(v.string(), v.maxLength(100)),
  family: v.literal('LLaMA'),
  layerCount: bounds.layerCountField,
  hiddenSize: bounds.hiddenSizeField,
  headCount: bounds.headCountField,
  kvHeadCount: bounds.headCountField,
  headSize: bounds.headSizeField,
  ffnSize: bounds.ffnSizeField,
  vocabSize: bounds.vocabSizeField,
  contextLength: bounds.contextLengthField,
  norm: v.object({ kind: v.literal('rms'), epsilon: bounds.epsilonField, placement: v.literal('pre') }),
  activation: v.literal('silu'),
  positions: v.object({
    kind: v.literal('rope'),
    theta: bounds.thetaField,
    layout: v.picklist(['interleaved', 'half-split']),
    rotatedSize: bounds.headSizeField,
    scaling: scalingSchema,
  }),
  tiedEmbeddings: v.boolean(),
})

const isWhole = ({ headCount, kvHeadCount, headSize, positions }: ModelConfig) =>
  headCount % kvHeadCount === 0 &&
  headSize % 2 === 0 &&
  positions.rotatedSize % 2 === 0 &&
  positions.rotatedSize <= headSize

/** Accepts what `MobileModelArchitectureParser` can give, and nothing that would ask for absurd memory. */
export const modelConfigSchema: v.GenericSchema<unknown, ModelConfig> = v.pipe(
  fields,
  v.check(isWhole, 'heads that do not divide'),
)
