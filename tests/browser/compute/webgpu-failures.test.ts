// What the WebGPU executor says when its device fails or a call makes no sense.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { sharedDevice } from '../../../src/compute/webgpu/gpu-device.ts'
import { GpuSession } from '../../../src/compute/webgpu/gpu-session.ts'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { mobileBertLike } from '../../support/family-configs.ts'
import { shardsByHand, tinyModel } from '../../support/tiny-model.ts'
import { beginOne, config, load, shard, sublayerCount } from './tiny-gpu.ts'
import { oneStep } from './webgpu-step.ts'

afterEach(() => vi.restoreAllMocks())

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
