// A device is given no more of a model than the plan says it can hold: so the plan must count what an executor takes, in its own memory and
// in the leader's main memory beside it.
import { expect, test } from 'vitest'
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { shardMemory } from '../../src/plan/plan-memory.ts'
import { load } from '../support/contract-ranks.ts'
import { bertLike, gptLike, mobileBertLike } from '../support/family-configs.ts'
import { shardsByHand, tinyConfig, tinyModel } from '../support/tiny-model.ts'

export function memoryContract(factory: ExecutorFactory): void {
  test.each([
    ['a tied GPT', gptLike()],
    ['an untied LLaMA', tinyConfig()],
    ['BERT with its head', bertLike()],
    ['BERT without a head', bertLike({ head: 'none' })],
    ['MobileBERT', mobileBertLike()],
  ])('%s takes the bytes of weights that its plan says', async (_, config) => {
    const model = tinyModel(config, 'int4')
    const { headCount, ffnSize, vocabSize, head } = config
    const rows = head === 'none' ? 0 : vocabSize
    const shards = shardsByHand(config, [
      [headCount / 2, 64, Math.floor(rows / 2)],
      [headCount, ffnSize, rows],
    ])
    const ensemble = await load(model, shards, factory)
    const planned = shards.map((shard) => shardMemory(config, shard, model.formats, factory.kind).weightBytes)
    expect(ensemble.memory.map(({ weightBytes }) => weightBytes)).toEqual(planned)
    ensemble.close()
  })
}
