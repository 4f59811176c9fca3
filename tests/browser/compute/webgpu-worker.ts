// One decode step in a module worker, as the engine runs it; answers with the whole logits, or with the error's code.
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { shardsByHand, tinyConfig, tinyModel, writeAll } from '../../support/tiny-model.ts'
import { oneStep } from './webgpu-step.ts'

async function run(): Promise<Float32Array> {
  const model = tinyModel(tinyConfig(), 'f16')
  const shard = shardsByHand(model.config, [[6, 160, 101]])[0]!
  const tensors = shardTensors(model.config, shard, model.formats)
  const loader = await webgpuExecutor.create({ config: model.config, shard, tensors, threads: 1 })
  await writeAll(model, tensors, loader)
  const executor = await loader.finish()
  const logits = await oneStep(executor, shard.sublayers.length, [1, 2, 3], 0)
  executor.close()
  return logits
}

run().then(
  (logits) => self.postMessage({ logits }),
  (error: unknown) => self.postMessage({ error: String(error) }),
)
