import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/compute/executor.ts'
import { loadKernels } from '../../../src/compute/wasm/kernels.ts'
import { createWasmFactory } from '../../../src/compute/wasm/wasm-executor.ts'
import type { ModelConfig } from '../../../src/model/config.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'
import type { Shard } from '../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { checkpointContract } from '../../contracts/checkpoint-contract.ts'
import { executorContract } from '../../contracts/executor-contract.ts'
import { familyContract } from '../../contracts/family-contract.ts'
import { whole } from '../../support/contract-ranks.ts'
import { bertLike, gptLike, mistralLike, mobileBertLike } from '../../support/family-configs.ts'
import { tinyConfig, tinyModel, writeAll } from '../../support/tiny-model.ts'

// The rounding of activations to int8 is most of the difference: the reference does not round them.
const tolerance = { f32: 2e-5, f16: 2e-5, int8: 6e-2, int4: 6e-2 }

test('Chromium gets the relaxed build, with and without threads', async () => {
  expect((await loadKernels(false)).simd).toBe('relaxed')
  expect(await loadKernels(true)).toMatchObject({ simd: 'relaxed', shared: true })
})

describe('wasm executor, relaxed SIMD', () => {
  const factory = createWasmFactory('relaxed')
  executorContract({ factory, tolerance })
  familyContract({ factory, tolerance })
  checkpointContract(factory)
})

describe('wasm executor, relaxed SIMD, two threads', () => {
  // That threads change no bit of any family is below.
  executorContract({ factory: createWasmFactory('relaxed'), threads: 2, tolerance })
})

describe('wasm executor, plain SIMD, three threads', () => {
  // Its families are in tests/unit/compute/wasm.
  executorContract({ factory: createWasmFactory('plain'), threads: 3, tolerance })
})

async function hidden(config: ModelConfig, format: TensorFormat, threads: number): Promise<Float32Array> {
  const model = tinyModel(config, format)
  const [shard] = whole(config) as [Shard]
  const tensors = shardTensors(model.config, shard, model.formats)
  const loader = await createWasmFactory().create({ config: model.config, shard, tensors, threads })
  await writeAll(model, tensors, loader)
  const executor = await loader.finish()
  const tokens = Array.from({ length: 40 }, (_, i) => (i * 31) % 101)
  const step: Step = {
    epoch: 1,
    step: 0,
    sequence: 0,
    pastLength: 0,
    tokens,
    positions: tokens.map((_, i) => i),
    rows: 'last',
  }
  const state = executor.begin(step, executor.embed(step))
  for (const i of shard.sublayers.keys()) {
    executor.join(state, i, await executor.partial(state, i))
    // Longer than the helpers spin, once: they are woken from sleep for the next, and spin before the others.
    if (i === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const out = await executor.readHidden(state)
  executor.close()
  return out
}

const formats: TensorFormat[] = ['f32', 'f16', 'int8', 'int4']
const configs = [tinyConfig(), gptLike(), mistralLike(), bertLike(), mobileBertLike()]

test.each(configs.flatMap((config) => formats.map((format) => ({ family: config.family, config, format }))))(
  'any number of threads gives the same bits: $family, $format',
  async ({ config, format }) => {
    const alone = await hidden(config, format, 1)
    for (const threads of [2, 5]) expect(await hidden(config, format, threads)).toEqual(alone)
  },
)
