import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/compute/executor.ts'
import { loadKernels } from '../../../src/compute/wasm/kernels.ts'
import { createWasmFactory } from '../../../src/compute/wasm/wasm-executor.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { executorContract } from '../../contracts/executor-contract.ts'
import { shardsByHand, tinyConfig, tinyModel, writeAll } from '../../support/tiny-model.ts'

// The rounding of activations to int8 is most of the difference: the reference does not round them.
const tolerance = { f32: 2e-5, f16: 2e-5, int8: 6e-2, int4: 6e-2 }

test('Chromium gets the relaxed build, with and without threads', async () => {
  expect((await loadKernels(false)).simd).toBe('relaxed')
  expect(await loadKernels(true)).toMatchObject({ simd: 'relaxed', shared: true })
})

describe('wasm executor, relaxed SIMD', () => {
  executorContract({ factory: createWasmFactory('relaxed'), tolerance })
})

describe('wasm executor, relaxed SIMD, two threads', () => {
  executorContract({ factory: createWasmFactory('relaxed'), threads: 2, tolerance })
})

describe('wasm executor, plain SIMD, three threads', () => {
  executorContract({ factory: createWasmFactory('plain'), threads: 3, tolerance })
})

async function hidden(format: TensorFormat, threads: number): Promise<Float32Array> {
  const model = tinyModel(tinyConfig(), format)
  const shard = shardsByHand(model.config, [[6, 160, 101]])[0]!
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
  for (let i = 0; i < 4; i++) {
    executor.join(state, i, await executor.partial(state, i))
    // Longer than the helpers spin: they are woken from sleep.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const out = await executor.readHidden(state)
  executor.close()
  return out
}

test.each<TensorFormat>(['f32', 'f16', 'int8', 'int4'])(
  'any number of threads gives the same bits: %s',
  async (format) => {
    const alone = await hidden(format, 1)
    for (const threads of [2, 5]) expect(await hidden(format, threads)).toEqual(alone)
  },
)
