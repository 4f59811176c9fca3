import { expect, test } from 'vitest'
import type { ModelConfig } from '../../../src/model/config.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { bertLike, gptLike, mobileBertLike } from '../../support/family-configs.ts'
import { blockFormats, device, smollm2 } from '../../support/plan-models.ts'

const models: Record<string, ModelConfig> = {
  'a tied decoder': smollm2,
  'an untied one': { ...smollm2, tiedEmbeddings: false },
  gpt: gptLike(),
  bert: bertLike(),
  mobilebert: mobileBertLike(),
}

function planOf(config: ModelConfig, shares: readonly number[]) {
  const options = { modelId: 'model', epoch: 1, formats: blockFormats(config, 'int8'), contextLength: 128, shares }
  return planShards(
    config,
    shares.map((_, index) => device(index, 4e9, 1e9)),
    options,
  )
}

test.each(Object.entries(models))(
  '%s: what each rank holds by place adds up to its weights, but for embedding and norms',
  (_, config) => {
    for (const shares of [[1], [2, 1], [3, 2, 1]]) {
      const { held, weightBytes, sublayers } = planOf(config, shares)
      expect(held.sublayers).toHaveLength(sublayers.length)
      const rest = weightBytes.map(
        (bytes, rank) => bytes - held.vocabulary[rank]! - held.sublayers.reduce((sum, ranks) => sum + ranks[rank]!, 0),
      )
      expect(Math.min(...rest)).toBeGreaterThanOrEqual(0)
      // Of tables and positions members have nothing: what is left, norms and a head's transform, all of them hold whole.
      expect(new Set(rest.slice(1)).size).toBeLessThanOrEqual(1)
      expect(rest[0]).toBeGreaterThanOrEqual(rest[1] ?? 0)
    }
  },
)

test('a layer and the vocabulary weigh what their ranges say', () => {
  const { held, sublayers } = planOf(smollm2, [2, 1])
  const q8 = (weights: number) => (weights * 34) / 32
  const norm = 4 * 576
  expect(sublayers[0]).toMatchObject({ kind: 'attention', layer: 0 })
  // Query and output of 6 and 3 heads, key and value of 2 and 1, all 64 wide.
  expect(held.sublayers[0]).toEqual([q8(576 * 64 * (12 + 4)) + norm, q8(576 * 64 * (6 + 2)) + norm])
  expect(held.sublayers[59]).toEqual([q8(3 * 576 * 1024) + norm, q8(3 * 576 * 512) + norm])
  expect(held.vocabulary).toEqual([q8(32_768 * 576), q8(16_384 * 576)])
})
