// How much work the WebGPU executor sends to its device.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Executor, workBetween } from '../../../src/compute/executor.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { sharedDevice } from '../../../src/compute/webgpu/gpu-device.ts'
import { createWebgpuFactory, webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { plainRequest } from '../../../src/model/sampling.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { bertLike, gptLike, mobileBertLike, qwenLike } from '../../support/family-configs.ts'
import { shardsByHand, type TinyModel, tinyModel, writeAll } from '../../support/tiny-model.ts'
import { beginOne, config, load, shard, sublayerCount } from './tiny-gpu.ts'
import { oneStep } from './webgpu-step.ts'

afterEach(() => vi.restoreAllMocks())

/** As files have it whose values are kept finer than queries and keys. */
function withOtherValues(): TinyModel {
  const [coarse, fine] = [tinyModel(config, 'f16'), tinyModel(config, 'f32')]
  const isValue = (key: string) => key.startsWith('value.')
  const entries = Object.entries(coarse.formats).map(([key, format]) => [key, isValue(key) ? 'f32' : format])
  const cut: TinyModel['cut'] = (tensor) => (tensor.role === 'value' ? fine : coarse).cut(tensor)
  return { config, formats: Object.fromEntries(entries), cut }
}

describe('work sent to the GPU', () => {
  test('a sublayer is one submit and one readback: five dispatches of attention, three of feed-forward', async () => {
    const executor = await load()
    const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups')
    const submits = vi.spyOn(GPUQueue.prototype, 'submit')
    const maps = vi.spyOn(GPUBuffer.prototype, 'mapAsync')
    const state = beginOne(executor)
    const counts: number[][] = []
    for (let index = 0; index < sublayerCount; index++) {
      executor.join(state, index, await executor.partial(state, index))
      counts.push([dispatches, submits, maps].map(({ mock }) => mock.calls.length))
      for (const spy of [dispatches, submits, maps]) spy.mockClear()
    }
    expect(counts).toEqual([
      [5, 1, 1],
      [3, 1, 1],
      [5, 1, 1],
      [3, 1, 1],
    ])
    executor.close()
  })

  test.each([
    { what: 'GPT-2, whatever is biased,', model: tinyModel(gptLike(), 'f16'), counts: [5, 3, 5, 3] },
    { what: 'Qwen3, whose heads are normed,', model: tinyModel(qwenLike(), 'f16'), counts: [5, 3, 5, 3] },
    { what: 'BERT', model: tinyModel(bertLike(), 'f16'), counts: [5, 3, 5, 3] },
    // One into a layer, three of attention, one a feed-forward, and one out of the layer before: nine a layer.
    { what: 'MobileBERT', model: tinyModel(mobileBertLike(), 'f16'), counts: [4, 1, 1, 1, 1, 5, 1, 1, 1, 1] },
    { what: 'LLaMA with values in a format of their own', model: withOtherValues(), counts: [6, 3, 6, 3] },
  ])(
    '$what takes $counts dispatches, each sublayer one submit and one readback, alone as many in one',
    async ({ model, counts }) => {
      const own = model.config
      const [whole] = shardsByHand(own, [[own.headCount, 160, 101]])
      const tensors = shardTensors(own, whole!, model.formats)
      const loader = await webgpuExecutor.create({ config: own, shard: whole!, tensors, threads: 1 })
      await writeAll(model, tensors, loader)
      const executor = await loader.finish()
      const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups')
      const submits = vi.spyOn(GPUQueue.prototype, 'submit')
      const maps = vi.spyOn(GPUBuffer.prototype, 'mapAsync')
      const state = beginOne(executor)
      const found: number[] = []
      for (const index of counts.keys()) {
        executor.join(state, index, await executor.partial(state, index))
        found.push(dispatches.mock.calls.length)
        expect([submits, maps].map(({ mock }) => mock.calls.length)).toEqual([index + 1, index + 1])
        dispatches.mockClear()
      }
      expect(found).toEqual(counts)
      const all = counts.reduce((sum, count) => sum + count)
      const lastLayer = counts.slice(counts.length / own.layerCount).reduce((sum, count) => sum + count)
      expect(lastLayer).toBeLessThanOrEqual(9)
      await executor.readHidden(state)
      const before = executor.work!
      const alone = beginOne(executor)
      await executor.advance!(alone, 0, counts.length)
      await executor.readHidden(alone)
      expect(workBetween(before, executor.work!)).toMatchObject({ dispatches: all + 1, submits: 1, readbacks: 1 })
      executor.close()
    },
  )

  test('its counts are what the GPU was sent: of a decode step eight dispatches a layer and two for the head', async () => {
    const executor = await load()
    await oneStep(executor, sublayerCount, [1, 2, 3], 0)
    await oneStep(executor, sublayerCount, [4], 3)
    const spied = {
      dispatches: vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups'),
      submits: vi.spyOn(GPUQueue.prototype, 'submit'),
      readbacks: vi.spyOn(GPUBuffer.prototype, 'mapAsync'),
    }
    const writes = vi.spyOn(GPUQueue.prototype, 'writeBuffer')
    const reads = vi.spyOn(GPUCommandEncoder.prototype, 'copyBufferToBuffer')
    const before = executor.work!
    await oneStep(executor, sublayerCount, [5], 4)
    const after = executor.work!
    const counts = Object.entries(spied).map(([key, { mock }]) => [key, mock.calls.length])
    const uploadedBytes = writes.mock.calls.reduce(
      (sum, call) => sum + Number(call[4] ?? (call[2] as Int32Array).byteLength),
      0,
    )
    const readBytes = reads.mock.calls.reduce((sum, call) => sum + Number(call.at(-1)), 0)
    const difference = Object.entries(after).map(([key, count]) => [key, count - before[key as keyof typeof before]])
    expect(Object.fromEntries(difference)).toEqual({ ...Object.fromEntries(counts), uploadedBytes, readBytes })
    expect(Object.fromEntries(counts)).toEqual({
      dispatches: 8 * config.layerCount + 2,
      submits: sublayerCount + 1,
      readbacks: sublayerCount + 1,
    })
    expect(readBytes).toBe(4 * (sublayerCount * config.hiddenSize + config.vocabSize))
    executor.close()
  })

  test('a decode step of who is alone is one submit and one readback, that of the logits', async () => {
    const executor = await load()
    const alone = async (tokens: number[], pastLength: number) => {
      const positions = tokens.map((_, i) => pastLength + i)
      const step = { epoch: 1, step: 0, sequence: 0, pastLength, tokens, positions, rows: 'last' as const }
      const state = executor.begin(step, executor.embed(step))
      await executor.advance!(state, 0, sublayerCount)
      await executor.head(state, plainRequest)
    }
    await alone([1, 2, 3], 0)
    const before = executor.work!
    await alone([4], 3)
    expect(workBetween(before, executor.work!)).toMatchObject({
      dispatches: 8 * config.layerCount + 2,
      submits: 1,
      readbacks: 1,
      readBytes: 4 * config.vocabSize,
    })
    executor.close()
  })

  test.each([
    ['LLaMA', config],
    ['GPT-2', gptLike()],
    ['MobileBERT', mobileBertLike()],
  ])('sublayers without sums between come out the same bits as read back one by one: %s', async (_, own) => {
    const [whole] = shardsByHand(own, [[own.headCount, own.ffnSize, own.vocabSize]])
    const [atOnce, oneByOne] = [
      await load(webgpuExecutor, 'int8', whole, own),
      await load(webgpuExecutor, 'int8', whole, own),
    ]
    const hidden = async (executor: Executor, tokens: number[], pastLength: number, reads: boolean) => {
      const positions = tokens.map((_, i) => pastLength + i)
      const step = { epoch: 1, step: 0, sequence: 0, pastLength, tokens, positions, rows: [] }
      const state = executor.begin(step, executor.embed(step))
      const count = whole!.sublayers.length
      for (let i = 0; reads && i < count; i++) executor.join(state, i, await executor.partial(state, i))
      if (!reads) await executor.advance!(state, 0, count)
      // Half of the steps are followed by others before anything of them is read.
      return pastLength === 1 ? null : executor.readHidden(state)
    }
    const steps: [number[], number][] = own.causal
      ? [
          [[7, 8, 9, 42], 0],
          [[6], 1],
          [[5], 2],
          [[3, 4], 3],
        ]
      : [[[7, 8, 9], 0]]
    for (const [tokens, pastLength] of steps)
      expect(await hidden(atOnce, tokens, pastLength, false)).toEqual(await hidden(oneByOne, tokens, pastLength, true))
    atOnce.close()
    oneByOne.close()
  })

  test('a decode step makes no buffer and no bind group', async () => {
    const executor = await load()
    await oneStep(executor, sublayerCount, [1, 2, 3], 0)
    await oneStep(executor, sublayerCount, [4], 3)
    const made = [vi.spyOn(GPUDevice.prototype, 'createBindGroup'), vi.spyOn(GPUDevice.prototype, 'createBuffer')]
    for (let past = 4; past < 8; past++) await oneStep(executor, sublayerCount, [past], past)
    expect(made.map(({ mock }) => mock.calls.length)).toEqual([0, 0])
    executor.close()
  })

  test.each([
    ['a LLaMA', config],
    ['a Qwen3', qwenLike()],
    ['a GPT-2', gptLike()],
    ['a MobileBERT', mobileBertLike()],
    ['a BERT', bertLike()],
  ])(
    '%s compiles all its kernels while it loads, says how far it is, and none for the next executor',
    async (_, own) => {
      const [whole] = shardsByHand(own, [[own.headCount, 160, 101]])
      const model = tinyModel(own, 'f16')
      const tensors = shardTensors(own, whole!, model.formats)
      const loadOne = async (onPrepared: (done: number, total: number) => void) => {
        const loader = await webgpuExecutor.create({ config: own, shard: whole!, tensors, threads: 1, onPrepared })
        await writeAll(model, tensors, loader)
        return loader.finish()
      }
      const { gpu } = await sharedDevice()
      gpu.destroy()
      await gpu.lost
      const prepared: [number, number][] = []
      const first = await loadOne((...progress) => prepared.push(progress))
      const [[, total]] = prepared as [[number, number]]
      expect(prepared).toEqual(Array.from({ length: total + 1 }, (_, done) => [done, total]))
      expect(total).toBeGreaterThan(5)
      const compiled = (['createComputePipeline', 'createComputePipelineAsync', 'createShaderModule'] as const).map(
        (name) => vi.spyOn(GPUDevice.prototype, name),
      )
      const runs = async (executor: Executor) => {
        await oneStep(executor, whole!.sublayers.length, [1], 0)
        await oneStep(executor, whole!.sublayers.length, [1, 2, 3], own.causal ? 1 : 0)
      }
      await runs(first)
      first.close()
      const second = await loadOne(() => undefined)
      await runs(second)
      second.close()
      expect(compiled.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0])
    },
  )

  test('close destroys every buffer the executor made', async () => {
    const made: GPUBuffer[] = []
    const create = GPUDevice.prototype.createBuffer
    vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, descriptor) {
      const buffer = create.call(this, descriptor)
      if (descriptor.usage & (GPUBufferUsage.STORAGE | GPUBufferUsage.MAP_READ)) made.push(buffer)
      return buffer
    })
    const destroyed = vi.spyOn(GPUBuffer.prototype, 'destroy')
    const executor = await load()
    await oneStep(executor, sublayerCount, [1, 2], 0)
    await oneStep(executor, sublayerCount, [3, 4, 5], 2)
    executor.close()
    expect(made.length).toBeGreaterThan(20)
    expect(made.filter((buffer) => !destroyed.mock.contexts.includes(buffer))).toEqual([])
    expect(() => beginOne(executor)).toThrow(/closed/)
  })

  test.each(['f32', 'f16', 'int8', 'int4'] as const)(
    'a device that binds little gets no larger buffer, small pieces, and computes the same: %s',
    async (format) => {
      const limit = { f32: 12_288, f16: 6_144, int8: 4_096, int4: 3_072 }[format]
      const plain = createWebgpuFactory({ packed: false })
      const short = { ...shard, contextLength: 16 }
      const whole = await load(plain, format, short)
      const expected = await oneStep(whole, sublayerCount, [1, 2], 0)
      const partsBefore = whole.work!.dispatches
      const keysAndValues = await whole.cache!.read({ start: 0, end: 2 })
      whole.close()
      vi.spyOn(GPUSupportedLimits.prototype, 'maxStorageBufferBindingSize', 'get').mockReturnValue(limit)
      const create = vi.spyOn(GPUDevice.prototype, 'createBuffer')
      const write = vi.spyOn(GPUQueue.prototype, 'writeBuffer')
      const subject = await load(plain, format, short)
      const actual = await oneStep(subject, sublayerCount, [1, 2], 0)
      const bound = create.mock.calls.filter(([{ usage }]) => usage & GPUBufferUsage.STORAGE)
      expect(bound.length).toBeGreaterThan(20)
      expect(Math.max(...bound.map(([{ size }]) => size))).toBeLessThanOrEqual(limit)
      const pieces = write.mock.calls.map(([, , data, , size]) => size ?? (data as ArrayBufferView).byteLength)
      expect(Math.max(...pieces)).toBeLessThanOrEqual(limit)
      expect(subject.work!.dispatches).toBeGreaterThan(partsBefore)
      expected.forEach((value, i) => {
        expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-5)
      })
      const held = await subject.cache!.read({ start: 0, end: 2 })
      keysAndValues.forEach((value, i) => {
        expect(Math.abs(held[i]! - value)).toBeLessThan(1e-5)
      })
      subject.close()
    },
  )

  test('runs in a module worker', async () => {
    const worker = new Worker(new URL('./webgpu-worker.ts', import.meta.url), { type: 'module' })
    const answer = await new Promise<unknown>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
    })
    worker.terminate()
    const oracle = await load(referenceExecutor, 'f16')
    const expected = await oneStep(oracle, sublayerCount, [1, 2, 3], 0)
    expect(answer).toMatchObject({ logits: expect.any(Float32Array) })
    const { logits } = answer as { logits: Float32Array }
    expected.forEach((value, i) => {
      expect(Math.abs(logits[i]! - value)).toBeLessThan(1e-4)
    })
  })
})
