// What the WebGPU executor does with its device: how much work it sends, and what it says when the device fails.
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Executor } from '../../../src/compute/executor.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { sharedDevice } from '../../../src/compute/webgpu/gpu-device.ts'
import { GpuSession } from '../../../src/compute/webgpu/gpu-session.ts'
import { createWebgpuFactory, webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { bertLike, gptLike, mobileBertLike, qwenLike } from '../../support/family-configs.ts'
import { shardsByHand, tinyConfig, tinyModel, writeAll } from '../../support/tiny-model.ts'
import { oneStep } from './webgpu-step.ts'

const config = tinyConfig()
const shard = shardsByHand(config, [[6, 160, 101]])[0]!
const sublayerCount = shard.sublayers.length

async function load(factory = webgpuExecutor, format: TensorFormat = 'int4', own = shard): Promise<Executor> {
  const model = tinyModel(config, format)
  const tensors = shardTensors(config, own, model.formats)
  const loader = await factory.create({ config, shard: own, tensors, threads: 1 })
  await writeAll(model, tensors, loader)
  return loader.finish()
}

function beginOne(executor: Executor, pastLength = 0) {
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

afterEach(() => vi.restoreAllMocks())

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
    // GPT-2: as LLaMA, whatever is biased.
    { config: gptLike(), counts: [5, 3, 5, 3] },
    // Qwen3: one more, for the norms of heads.
    { config: qwenLike(), counts: [6, 3, 6, 3] },
    // MobileBERT: two bottlenecks into a layer, a product for values, and two dispatches out of the layer before.
    { config: mobileBertLike(), counts: [10, 3, 3, 3, 3, 12, 3, 3, 3, 3] },
  ])(
    '$config.family $config.architecture takes $counts dispatches, each sublayer one submit and one readback',
    async ({ config: own, counts }) => {
      const [whole] = shardsByHand(own, [[own.headCount, 160, 101]])
      const model = tinyModel(own, 'int8')
      const tensors = shardTensors(own, whole!, model.formats)
      const loader = await webgpuExecutor.create({ config: own, shard: whole!, tensors, threads: 1 })
      await writeAll(model, tensors, loader)
      const executor = await loader.finish()
      const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups')
      const submits = vi.spyOn(GPUQueue.prototype, 'submit')
      const state = beginOne(executor)
      const found: number[] = []
      for (const index of counts.keys()) {
        executor.join(state, index, await executor.partial(state, index))
        found.push(dispatches.mock.calls.length)
        expect(submits.mock.calls.length).toBe(index + 1)
        dispatches.mockClear()
      }
      expect(found).toEqual(counts)
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
      const short = { ...shard, contextLength: 8 }
      const whole = await load(plain, format, short)
      const expected = await oneStep(whole, sublayerCount, [1, 2], 0)
      const partsBefore = whole.work!.dispatches
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

describe('failures', () => {
  test('a KV cache that the GPU cannot bind is refused before anything is loaded', async () => {
    const tensors = shardTensors(config, shard, tinyModel(config, 'int4').formats)
    const setup = { config, shard: { ...shard, contextLength: 2 ** 24 }, tensors, threads: 1 }
    await expect(webgpuExecutor.create(setup)).rejects.toMatchObject({ code: 'out-of-memory' })
  })

  test.each([
    ['bottlenecks under norms before the sum', { norm: { kind: 'affine', epsilon: 1e-12, placement: 'pre' } as const }],
    [
      'an output split at a column that is no multiple of four',
      { embedding: { size: 30, trigram: true, tokenTypeCount: 2, norm: true } },
    ],
  ])('%s are a model that it does not know', async (_, more) => {
    const own = mobileBertLike(more)
    const [whole] = shardsByHand(own, [[own.headCount, 160, 101]])
    const tensors = shardTensors(own, whole!, {})
    const loading = webgpuExecutor.create({ config: own, shard: whole!, tensors, threads: 1 })
    await expect(loading).rejects.toMatchObject({ code: 'model-unsupported' })
  })

  test('a buffer that the GPU refuses is out-of-memory', async () => {
    const device = await sharedDevice()
    const gpu = new GpuSession(device)
    const tooLarge = device.gpu.limits.maxBufferSize + 4
    const allocation = gpu.guardAllocation('a test', () => gpu.allocate(tooLarge, 'float32'))
    await expect(allocation).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('a test'),
    })
    gpu.close()
    expect(device.failed).toBe(false)
  })

  test('a step past what is cached is refused', async () => {
    const executor = await load()
    expect(() => beginOne(executor, 1)).toThrow(/1 past positions came where positions 0 to 0 are held/)
    executor.close()
  })

  test('a state that another step has followed is refused', async () => {
    const executor = await load()
    const old = beginOne(executor)
    beginOne(executor)
    await expect(executor.partial(old, 0)).rejects.toThrow(/followed by another/)
    executor.close()
  })

  test('a piece of the wrong size is refused', async () => {
    const model = tinyModel(config, 'int4')
    const tensors = shardTensors(config, shard, model.formats)
    const loader = await webgpuExecutor.create({ config, shard, tensors, threads: 1 })
    const tensor = tensors[0]!
    const piece = { tensor, firstRow: 0, rowCount: 8, bytes: new Uint8Array(8) }
    await expect(loader.write(piece)).rejects.toMatchObject({ code: 'model-format' })
    loader.close()
  })

  test('a kernel that does not compile fails the readback with the compiler’s words, and the next executor gets a new device', async () => {
    const device = await sharedDevice()
    const gpu = new GpuSession(device)
    const output = gpu.allocate(4, 'float32')
    gpu.run(
      { name: 'broken', inputs: [], uniforms: [], wgsl: 'fn main(index : i32) { result[0] = nothing; }' },
      [],
      output,
      [],
      [1],
    )
    await expect(gpu.read(output, 0, 1)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('refused'),
    })
    gpu.close()
    const executor = await load()
    expect(await sharedDevice()).not.toBe(device)
    expect((await oneStep(executor, sublayerCount, [1], 0)).some((logit) => logit !== 0)).toBe(true)
    executor.close()
  })

  test('a GPU taken away rejects the pending and the next calls with device-lost, and the next executor works', async () => {
    const executor = await load()
    const state = beginOne(executor)
    const pending = executor.partial(state, 0)
    const { gpu } = await sharedDevice()
    gpu.destroy()
    await expect(pending).rejects.toMatchObject({ code: 'device-lost' })
    await gpu.lost
    await expect(executor.partial(state, 0)).rejects.toMatchObject({ code: 'device-lost' })
    expect(() => beginOne(executor)).toThrow(/taken away/)
    executor.close()
    const next = await load()
    await oneStep(next, sublayerCount, [1], 0)
    next.close()
  })

  test('a browser without an adapter is told to use another executor', async () => {
    const { gpu } = await sharedDevice()
    gpu.destroy()
    await gpu.lost
    vi.spyOn(GPU.prototype, 'requestAdapter').mockResolvedValue(null)
    await expect(load()).rejects.toMatchObject({ code: 'no-executor', message: expect.stringContaining('WASM') })
    vi.restoreAllMocks()
    const next = await load()
    next.close()
  })
})
