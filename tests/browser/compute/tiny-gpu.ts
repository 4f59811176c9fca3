import type { Executor } from '../../../src/compute/executor.ts'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { shardsByHand, tinyConfig, tinyModel, writeAll } from '../../support/tiny-model.ts'

export const config = tinyConfig()
export const shard = shardsByHand(config, [[6, 160, 101]])[0]!
export const sublayerCount = shard.sublayers.length

export async function load(
  factory = webgpuExecutor,
  format: TensorFormat = 'int4',
  own = shard,
  ownConfig = config,
): Promise<Executor> {
  const model = tinyModel(ownConfig, format)
  const tensors = shardTensors(ownConfig, own, model.formats)
  const loader = await factory.create({ config: ownConfig, shard: own, tensors, threads: 1 })
  await writeAll(model, tensors, loader)
  return loader.finish()
}

export function beginOne(executor: Executor, pastLength = 0) {
  const step = {
    epoch: 1,
    step: 0,
    sequence: 0,
    pastLength,
    tokens: [1],
    positions: [pastLength],
    rows: 'last' as const,
  }
  return executor.begin(step, executor.embed(step))
}
