import { beforeAll, describe, expect, test } from 'vitest'
import type { Executor, ExecutorFactory, Step } from '../../../../src/compute/executor.ts'
import { referenceExecutor } from '../../../../src/compute/reference/reference-executor.ts'
import { createWasmFactory } from '../../../../src/compute/wasm/wasm-executor.ts'
import { type ModelConfig, sublayersOf } from '../../../../src/model/config.ts'
import type { TensorFormat } from '../../../../src/model/tensor.ts'
import type { Shard } from '../../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../../src/plan/shard-tensors.ts'
import { buildKernels } from '../../../../tools/build-kernels.ts'
import { cacheContract } from '../../../contracts/cache-contract.ts'
import { checkpointContract } from '../../../contracts/checkpoint-contract.ts'
import { executorContract } from '../../../contracts/executor-contract.ts'
import { familyContract } from '../../../contracts/family-contract.ts'
import { Ensemble } from '../../../support/ensemble.ts'
import { bertLike, gptLike, mistralLike, mobileBertLike } from '../../../support/family-configs.ts'
import { shardsByHand, type TinyModel, tinyConfig, tinyModel, writeAll } from '../../../support/tiny-model.ts'

beforeAll(async () => {
  await buildKernels()
})

const factory = createWasmFactory('plain')
const whole = (config: ModelConfig): Shard =>
  shardsByHand(config, [[config.headCount, config.ffnSize, config.vocabSize]])[0]!

function setupOf({ config, formats }: TinyModel) {
  const shard = whole(config)
  return { config, shard, tensors: shardTensors(config, shard, formats), threads: 1 }
}

async function load(model: TinyModel, kind: ExecutorFactory = factory): Promise<Executor> {
  const setup = setupOf(model)
  const loader = await kind.create(setup)
  await writeAll(model, setup.tensors, loader)
  return loader.finish()
}

function stepOf(tokens: number[], pastLength: number): Step {
  const positions = tokens.map((_, i) => pastLength + i)
  return { epoch: 1, step: 0, sequence: 0, pastLength, tokens, positions, rows: 'last' }
}

async function run(executor: Executor, { config }: TinyModel, tokens: number[], pastLength = 0) {
  const step = stepOf(tokens, pastLength)
  const state = executor.begin(step, executor.embed(step))
  for (const i of sublayersOf(config).keys()) executor.join(state, i, await executor.partial(state, i))
  return executor.readHidden(state)
}

function difference(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0) / largest
}

// Most of the difference of int8 and int4 is the rounding of activations, which the reference does not do.
describe('wasm executor, plain SIMD', () => {
  const options = { factory, tolerance: { f32: 2e-5, f16: 2e-5, int8: 6e-2, int4: 6e-2 } }
  executorContract(options)
  familyContract(options)
  cacheContract(options)
  checkpointContract(factory)
})

test.each([
  ['LLaMA', tinyConfig()],
  ['GPT-2', gptLike()],
  ['Mistral', mistralLike()],
  ['BERT', bertLike()],
  ['MobileBERT', mobileBertLike()],
])('sublayers without sums between come out the same bits in one call as one by one: %s', async (_, config) => {
  const model = tinyModel(config, 'int8')
  const [atOnce, oneByOne] = [await load(model), await load(model)]
  for (const [tokens, pastLength] of config.causal
    ? ([
        [[7, 8, 9, 42, 5], 0],
        [[6], 5],
      ] as const)
    : ([[[7, 8, 9, 42, 5], 0]] as const)) {
    const step = stepOf([...tokens], pastLength)
    const state = atOnce.begin(step, atOnce.embed(step))
    atOnce.join(state, 0, await atOnce.partial(state, 0))
    await atOnce.advance!(state, 1, sublayersOf(config).length)
    expect(await atOnce.readHidden(state)).toEqual(await run(oneByOne, model, [...tokens], pastLength))
  }
})

test('two threads asked for where there is no shared memory are one, which answers as the reference does', async () => {
  const model = tinyModel(tinyConfig(), 'f32')
  const twoThreads: ExecutorFactory = { ...factory, create: (setup) => factory.create({ ...setup, threads: 2 }) }
  expect(await factory.describe(2)).toBe(await factory.describe(1))
  const logits = async (kind: ExecutorFactory) => {
    const alone = new Ensemble(model.config, [await load(model, kind)])
    const { logits } = await alone.run([7, 8, 9, 42, 5], 0, 'last')
    alone.close()
    return logits[0]!
  }
  const [actual, expected] = [await logits(twoThreads), await logits(referenceExecutor)]
  expect(expected).toHaveLength(model.config.vocabSize)
  expect(difference(actual, expected)).toBeLessThan(2e-5)
})

test('a conversation may run over several chunks of the KV cache, which grows with it', async () => {
  const model = tinyModel(tinyConfig({ contextLength: 300 }), 'f32')
  const [subject, oracle] = [await load(model), await load(model, referenceExecutor)]
  const tokens = Array.from({ length: 290 }, (_, i) => (i * 37) % 101)
  expect(subject.memory.kvBytes).toBe(0)
  await run(subject, model, tokens.slice(0, 112))
  const oneChunk = subject.memory.kvBytes
  // Three chunks of 100 positions, rounded up to sixteens.
  expect(oneChunk).toBe(2 * 3 * 2 * 112 * 16 * 4)
  const actual = await run(subject, model, tokens.slice(112), 112)
  expect(subject.memory.kvBytes).toBe(oneChunk * 3)
  const expected = await run(oracle, model, tokens)
  expect(difference(actual, expected.subarray(112 * 96))).toBeLessThan(2e-5)
})

test('a window keeps no more positions than it and the longest step need', async () => {
  const model = tinyModel(mistralLike(), 'f32')
  const subject = await load(model)
  for (let at = 0; at < 1000; at += 125) await run(subject, model, new Array(125).fill(at % 101), at)
  // 8 positions and 127 of a step, in two chunks of 80.
  expect(subject.memory.kvBytes).toBe(2 * 3 * 2 * 160 * 16 * 4)
})

test.each([
  ['heads of 6 in a hidden size of 30', { hiddenSize: 30, headCount: 5, kvHeadCount: 5, headSize: 6, ffnSize: 23 }],
  ['one head', { hiddenSize: 32, headCount: 1, kvHeadCount: 1, headSize: 32, ffnSize: 1 }],
])('odd sizes give the reference result: %s', async (_, sizes) => {
  const model = tinyModel(tinyConfig(sizes), 'f32')
  const tokens = Array.from({ length: 37 }, (_, i) => (i * 17) % 101)
  const actual = await run(await load(model), model, tokens)
  expect(difference(actual, await run(await load(model, referenceExecutor), model, tokens))).toBeLessThan(2e-5)
})

test.each(['f32', 'int8'] as const)(
  'keys and values of heads that fill no vector are moved there and back: %s',
  async (format) => {
    const config = tinyConfig({ headCount: 3, kvHeadCount: 3, headSize: 20, hiddenSize: 64, contextLength: 300 })
    const model = tinyModel(config, format)
    const [first, second, oracle] = [await load(model), await load(model), await load(model, referenceExecutor)]
    const tokens = Array.from({ length: 150 }, (_, i) => (i * 37) % 101)
    await run(first, model, tokens)
    await run(oracle, model, tokens)
    const positions = { start: 0, end: 150 }
    const moved = await first.cache!.read(positions)
    expect(difference(moved, await oracle.cache!.read(positions))).toBeLessThan(format === 'f32' ? 2e-5 : 6e-2)
    second.cache!.write(positions, moved)
    expect(await second.cache!.read(positions)).toEqual(moved)
    expect(await run(second, model, [7], 150)).toEqual(await run(first, model, [7], 150))
  },
)

test('a key that halves cannot hold is refused when it comes from elsewhere, too', async () => {
  const executor = await load(tinyModel(tinyConfig(), 'int8'))
  const values = new Float32Array(2 * 2 * 3 * 16).fill(70_000)
  const move = () => executor.cache!.write({ start: 0, end: 1 }, values)
  expect(move).toThrow(expect.objectContaining({ code: 'internal', message: expect.stringContaining('position 0') }))
})

test('a step on positions that were never computed is refused', async () => {
  const model = tinyModel(tinyConfig(), 'f32')
  await expect(run(await load(model), model, [1], 5)).rejects.toMatchObject({ code: 'internal' })
})

test.each(['int8', 'int4'] as TensorFormat[])(
  'a key that is no number ends the step with an error, since the cache could not show it to later steps: %s',
  async (format) => {
    const model = tinyModel(tinyConfig(), format)
    const executor = await load(model)
    const step = stepOf([1, 2, 3], 0)
    const embedded = executor.embed(step)
    embedded[100] = Number.NaN
    const state = executor.begin(step, embedded)
    await expect(executor.partial(state, 0)).rejects.toMatchObject({ code: 'internal', message: /position 0/ })
    await expect(executor.advance!(state, 0, 2)).rejects.toMatchObject({ code: 'internal', message: /position 0/ })
    expect((await run(executor, model, [1, 2, 3])).every(Number.isFinite)).toBe(true)
  },
)

test('the keys of quantized weights are kept in half the bytes', async () => {
  const tokens = [1, 2, 3]
  const [float, quantized] = [tinyModel(tinyConfig(), 'f16'), tinyModel(tinyConfig(), 'int8')]
  const [inFloats, inHalves] = [await load(float), await load(quantized)]
  await run(inFloats, float, tokens)
  await run(inHalves, quantized, tokens)
  expect(inFloats.memory.kvBytes).toBe(2 * inHalves.memory.kvBytes)
})

test('a step that was followed by another is over', async () => {
  const model = tinyModel(tinyConfig(), 'int4')
  const executor = await load(model)
  const [first, second] = [stepOf([4], 0), stepOf([6], 1)]
  const over = executor.begin(first, executor.embed(first))
  executor.begin(second, executor.embed(second))
  await expect(executor.partial(over, 0)).rejects.toMatchObject({ code: 'internal' })
  expect(() => executor.join(over, 0, new Float32Array(96))).toThrow(expect.objectContaining({ code: 'internal' }))
})

test('decoding makes no new arrays: the next step of as many tokens takes those of the last, and memory stays as it is', async () => {
  const model = tinyModel(tinyConfig({ contextLength: 128 }), 'int8')
  const [executor, oracle] = [await load(model), await load(model)]
  const partials = new Set<Float32Array>()
  let { peakBytes } = executor.memory
  for (let at = 0; at < 100; at++) {
    const step = stepOf([at], at)
    const state = executor.begin(step, executor.embed(step))
    for (const i of sublayersOf(model.config).keys()) {
      const partial = await executor.partial(state, i)
      partials.add(partial)
      executor.join(state, i, partial)
    }
    if (at === 0) peakBytes = executor.memory.peakBytes
  }
  expect(partials.size).toBe(1)
  expect(executor.memory.peakBytes).toBe(peakBytes)
  const tokens = Array.from({ length: 100 }, (_, i) => i)
  const whole = await run(oracle, model, tokens)
  const last = await run(executor, model, [99], 99)
  expect(difference(last, whole.subarray(99 * 96))).toBeLessThan(2e-2)
})

describe('loading', () => {
  test('refuses pieces out of order, of a wrong length and of tensors not announced', async () => {
    const model = tinyModel(tinyConfig(), 'int4')
    const setup = setupOf(model)
    const loader = await factory.create(setup)
    const tensor = setup.tensors.find(({ role }) => role === 'gate')!
    const bytes = model.cut(tensor).slice(0, 8 * 60)
    const refused = expect.objectContaining({ code: 'model-format' })
    expect(() => loader.write({ tensor, firstRow: 8, rowCount: 8, bytes })).toThrow(refused)
    expect(() => loader.write({ tensor, firstRow: 0, rowCount: 8, bytes: bytes.slice(1) })).toThrow(refused)
    const stranger = { ...tensor, layer: 77 }
    expect(() => loader.write({ tensor: stranger, firstRow: 0, rowCount: 8, bytes })).toThrow(refused)
    await loader.write({ tensor, firstRow: 0, rowCount: 8, bytes })
    expect(() => loader.write({ tensor, firstRow: 0, rowCount: 8, bytes })).toThrow(refused)
  })

  test.each(['f16', 'int8', 'int4'] as TensorFormat[])(
    'names the tensor that holds an infinity: %s',
    async (format) => {
      const model = tinyModel(tinyConfig(), format)
      const setup = setupOf(model)
      const loader = await factory.create(setup)
      const tensor = setup.tensors.find(({ role }) => role === 'up')!
      const bytes = model.cut(tensor)
      new DataView(bytes.buffer).setUint16(0, 0x7c00, true)
      const piece = { tensor, firstRow: 0, rowCount: 160, bytes }
      expect(() => loader.write(piece)).toThrow(expect.objectContaining({ code: 'model-corrupt' }))
    },
  )

  test('takes bytes that begin at an odd address', async () => {
    const model = tinyModel(tinyConfig(), 'int4')
    const { tensors, ...rest } = setupOf(model)
    const loader = await factory.create({ ...rest, tensors })
    for (const tensor of tensors) {
      const bytes = model.cut(tensor)
      const shifted = new Uint8Array(bytes.length + 1).subarray(1)
      shifted.set(bytes)
      await loader.write({ tensor, firstRow: 0, rowCount: tensor.rows.end - tensor.rows.start, bytes: shifted })
    }
    const executor = await loader.finish()
    expect(await run(executor, model, [1, 2, 3])).toEqual(await run(await load(model), model, [1, 2, 3]))
  })

  test('says how much is needed when the share is larger than WebAssembly memory can be', async () => {
    const config = tinyConfig({ vocabSize: 20_000_000 })
    const setup = setupOf({ config, formats: { tokenEmbedding: 'f32' }, cut: () => new Uint8Array() })
    await expect(factory.create(setup)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/needs \d+\.\d\d GB of WebAssembly memory; WebAssembly ends at 4\.29 GB/),
    })
  })
})
