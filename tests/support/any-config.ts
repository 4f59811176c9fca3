// Random shapes of every family, for properties of plans: sizes that divide by nothing in particular, and each family's own variations.
import fc from 'fast-check'
import type { ModelConfig } from '../../src/model/config.ts'
import { BLOCK_SIZE } from '../../src/model/tensor.ts'
import { bertLike, gptLike, mobileBertLike, qwenLike } from './family-configs.ts'
import { smollm2, stories260K } from './plan-models.ts'

const anySizes = fc
  .record({
    layerCount: fc.integer({ min: 1, max: 3 }),
    kvHeadCount: fc.integer({ min: 1, max: 8 }),
    group: fc.integer({ min: 1, max: 4 }),
    headSize: fc.constantFrom(8, 32, 48, 64),
    hiddenBlocks: fc.integer({ min: 1, max: 4 }),
    ffnSize: fc.integer({ min: 1, max: 600 }),
    vocabSize: fc.integer({ min: 1, max: 900 }),
    tiedEmbeddings: fc.boolean(),
  })
  .map(({ group, hiddenBlocks, ...sizes }) => {
    const hiddenSize = hiddenBlocks * BLOCK_SIZE
    return {
      ...sizes,
      headCount: group * sizes.kvHeadCount,
      hiddenSize,
      embedding: { size: hiddenSize, trigram: false, tokenTypeCount: 0, norm: false },
    }
  })

const anyBiases = fc.record({
  queryKeyValue: fc.boolean(),
  attentionOutput: fc.boolean(),
  feedForward: fc.boolean(),
})

/** Heads that see with keys of their own, of any size: nothing turns. */
const anyLearnedSizes = fc
  .tuple(anySizes, fc.integer({ min: 1, max: 70 }))
  .map(([sizes, headSize]) => ({ ...sizes, headSize, kvHeadCount: sizes.headCount }))
const anyHead = fc.constantFrom<ModelConfig['head']>('none', 'masked-language')

const anyLlama = fc
  .tuple(anySizes, anyBiases, fc.boolean(), fc.option(fc.integer({ min: 1, max: 200 })))
  .map(([sizes, biases, queryKeyNorm, attentionWindow]) =>
    qwenLike({ ...sizes, biases, queryKeyNorm, attentionWindow, contextLength: 2048 }),
  )

const anyGpt = anyLearnedSizes.map((sizes) => gptLike(sizes))

const anyBert = fc
  .tuple(anyLearnedSizes, anyHead, fc.integer({ min: 0, max: 2 }))
  .map(([{ embedding, ...sizes }, head, tokenTypeCount]) =>
    bertLike({ ...sizes, head, embedding: { ...embedding, tokenTypeCount, norm: true } }),
  )

const anyMobileBert = fc
  .record({
    sizes: anyLearnedSizes,
    head: anyHead,
    trigram: fc.boolean(),
    sharedKeyQuery: fc.boolean(),
    feedForwardsPerLayer: fc.integer({ min: 1, max: 4 }),
    embeddingPart: fc.constantFrom(1, 2, 4),
    bottleneckPart: fc.constantFrom(1, 2, 4, null),
  })
  .map(({ sizes, head, trigram, sharedKeyQuery, feedForwardsPerLayer, embeddingPart, bottleneckPart }) =>
    mobileBertLike({
      ...sizes,
      head,
      tiedEmbeddings: true,
      feedForwardsPerLayer,
      embedding: { size: sizes.hiddenSize / embeddingPart, trigram, tokenTypeCount: 2, norm: true },
      bottleneck: bottleneckPart === null ? null : { size: sizes.hiddenSize / bottleneckPart, sharedKeyQuery },
    }),
  )

export const anyConfig: fc.Arbitrary<ModelConfig> = fc.oneof(
  { weight: 4, arbitrary: anyLlama },
  { weight: 2, arbitrary: anyGpt },
  { weight: 2, arbitrary: anyBert },
  { weight: 2, arbitrary: anyMobileBert },
  fc.constant(stories260K),
  fc.constant(smollm2),
)
