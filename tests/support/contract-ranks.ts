// Tiny models on executors under contract, and how far their answers are off.
import { expect } from 'vitest'
import type { Executor, ExecutorFactory } from '../../src/compute/executor.ts'
import type { ModelConfig } from '../../src/model/config.ts'
import type { TensorFormat } from '../../src/model/tensor.ts'
import type { Shard } from '../../src/plan/shard-plan.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { Ensemble } from './ensemble.ts'
import { shardsByHand, type TinyModel, writeAll } from './tiny-model.ts'

export interface ContractOptions {
  factory: ExecutorFactory
  threads?: number
  /** Largest difference from the reference's logits, relative to the largest logit, by weight format. */
  tolerance: Readonly<Record<TensorFormat, number>>
  /** Each family once and no long run, for backends that compile a program for every shape; the whole then has a command of its own. */
  sampled?: boolean
}

export async function load(
  model: TinyModel,
  shards: readonly Shard[],
  factory: ExecutorFactory,
  threads = 1,
): Promise<Ensemble> {
  const ranks: Executor[] = []
  for (const shard of shards) {
    const tensors = shardTensors(model.config, shard, model.formats)
    const loader = await factory.create({ config: model.config, shard, tensors, threads })
    await writeAll(model, tensors, loader)
    ranks.push(await loader.finish())
  }
  return new Ensemble(model.config, ranks)
}

/** All of the model on one rank. */
export function whole(config: ModelConfig): Shard[] {
  return shardsByHand(config, [[config.headCount, config.ffnSize, config.vocabSize]])
}

/** Relative to the largest value expected; NaN is infinitely far off. */
export function difference(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  expect(actual.length).toBe(expected.length)
  let largest = 0
  let worst = 0
  expected.forEach((row, r) => {
    expect(actual[r]!.length).toBe(row.length)
    row.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value))
      worst = Math.max(worst, Math.abs(value - actual[r]![i]!))
      if (Number.isNaN(actual[r]![i]!)) worst = Number.POSITIVE_INFINITY
    })
  })
  return worst / largest
}
