// A device that reads prompts on one executor and writes answers on another. There is no GPU in Node: the reference executor reads.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { HeadroomError, ModelFormatError } from '../../../src/base/errors.ts'
import type { LoadReport, LoadRequest } from '../../../src/cluster/engine-protocol.ts'
import { createGpuTrust } from '../../../src/cluster/gpu-trust.ts'
import { factoryFor, loadFirst, loadWays } from '../../../src/cluster/load-ways.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import type { ExecutorPair } from '../../../src/plan/device-profile.ts'
import { shardMemory } from '../../../src/plan/plan-memory.ts'
import { buildKernels } from '../../../tools/build-kernels.ts'
import { changeExecutors } from '../../support/changed-executors.ts'
import { whole } from '../../support/contract-ranks.ts'
import { type EngineRoom, engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { bertLike } from '../../support/family-configs.ts'
import { blockFormats } from '../../support/plan-models.ts'
import { tinyConfig } from '../../support/tiny-model.ts'

const pair: ExecutorPair = { prefill: 'reference', decode: 'wasm', promptTokens: 4 }
const request = { input: { text: 'Once upon a time' }, maxTokens: 16, ignoreEos: true }

let served: ServedModel
beforeAll(async () => {
  await buildKernels()
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

const rooms: EngineRoom[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const room of rooms.splice(0)) room.close()
})

async function roomOf(shares: number[], more: Parameters<typeof engineRoom>[2]) {
  const room = engineRoom(served.baseUrl, shares, { weights: 'f32', ...more })
  rooms.push(room)
  const plan = await room.coordinator.loadModel(served.source)
  const reports = plan.deviceIds.map((id) => room.coordinator.status(id).report!)
  return { ...room, plan, reports }
}

/** Tokens of steps that ran on the reference executor. */
function watchReference() {
  const lengths: number[] = []
  changeExecutors(referenceExecutor, (executor) => {
    const begin = executor.begin.bind(executor)
    executor.begin = (step, embedded) => {
      lengths.push(step.positions.length)
      return begin(step, embedded)
    }
  })
  return lengths
}

test.each([[[1]], [[2, 1]]])(
  'a conversation over %j reads on the one and writes on the other, word for word',
  async (shares) => {
    const alone = await roomOf(shares, { executor: 'reference' })
    const expected = await alone.infer(request)
    const lengths = watchReference()
    const both = await roomOf(shares, { executor: 'wasm', pair })
    const first = await both.infer(request)
    expect(first.tokens).toEqual(expected.tokens)
    const longer = { ...request, input: { text: `Once upon a time${first.text} He said that` } }
    expect((await both.infer(longer)).tokens).toEqual((await alone.infer(longer)).tokens)
    expect(lengths.length).toBeGreaterThanOrEqual(2 * shares.length)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(4)
    for (const [rank, report] of both.reports.entries()) {
      expect(report).toMatchObject({ executor: 'wasm', prompts: 'reference' })
      expect(report.weightBytes).toBeGreaterThanOrEqual(1.9 * alone.reports[rank]!.weightBytes)
    }
  },
)

test('a share that its memory holds once is held once, by what was planned with', async () => {
  const planned = (await roomOf([1], { executor: 'wasm' })).plan.memoryBytes[0]!
  const { reports, infer } = await roomOf([1], { executor: 'wasm', pair, memoryBytes: 1.5 * planned })
  expect(reports[0]).not.toHaveProperty('prompts')
  expect(reports[0]?.executor).toBe('wasm')
  expect((await infer(request)).tokens).toHaveLength(16)
})

test('a second executor that refuses the share leaves it to the first, and says why', async () => {
  const full = new HeadroomError('out-of-memory', 'No room.')
  vi.spyOn(referenceExecutor, 'create').mockRejectedValue(full)
  const { reports } = await roomOf([1], { executor: 'wasm', pair })
  expect(reports[0]).not.toHaveProperty('prompts')
  expect(reports[0]?.executor).toBe('wasm')
  expect(reports[0]?.refusal).toBe('No room.')
})

test('an encoder goes where prompts do, if its share fits there', () => {
  const config = bertLike()
  const formats = blockFormats(config, 'int8')
  const [shard] = whole(config)
  const bytes = (kind: 'wasm' | 'webgpu') => shardMemory(config, shard!, formats, kind).totalBytes
  const ways = (memoryBytes: number) =>
    loadWays({ executor: 'wasm', pair: { ...pair, prefill: 'webgpu' }, memoryBytes }, config, shard!, formats)
  expect(bytes('webgpu')).toBeGreaterThan(bytes('wasm'))
  expect(ways(bytes('webgpu'))).toEqual(['webgpu', 'wasm'])
  expect(ways(bytes('wasm'))).toEqual(['wasm'])
  expect(() => ways(bytes('wasm') - 1)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})

test('both are loaded from the first byte of memory on that holds both', () => {
  const config = tinyConfig()
  const formats = blockFormats(config, 'int8')
  const [shard] = whole(config)
  const bytes = (kind: 'wasm' | 'reference') => shardMemory(config, shard!, formats, kind).totalBytes
  const room = bytes('wasm') + bytes('reference')
  const ways = (memoryBytes: number) => loadWays({ executor: 'wasm', pair, memoryBytes }, config, shard!, formats)
  expect(ways(room)).toEqual([pair, 'wasm'])
  expect(ways(room - 1)).toEqual(['wasm'])
})

test('what is wrong with the model is not tried again on another executor', async () => {
  const damaged = new HeadroomError('model-corrupt', 'A block is damaged.')
  const load = vi.fn().mockRejectedValue(damaged)
  await expect(loadFirst([pair, 'wasm'], load, () => undefined)).rejects.toBe(damaged)
  expect(load).toHaveBeenCalledOnce()
})

test('a model that one executor lacks something for goes on another, and fails in the same words where each does', async () => {
  const unsupported = new ModelFormatError('No norms before sums; use the WASM executor.', 'model-unsupported')
  const refused = vi.fn()
  const onWasm = async (way: unknown) => {
    if (way !== 'wasm') throw unsupported
    return way
  }
  await expect(loadFirst(['webgpu', 'wasm'], onWasm, refused)).resolves.toBe('wasm')
  expect(refused).toHaveBeenCalledExactlyOnceWith(unsupported)
  const nowhere = vi.fn().mockRejectedValue(unsupported)
  await expect(loadFirst(['webgpu', 'wasm'], nowhere, () => undefined)).rejects.toBe(unsupported)
  expect(nowhere).toHaveBeenCalledTimes(2)
})

test('an executor whose code cannot be fetched leaves the share to another; weights that cannot be are not fetched again', async () => {
  vi.doMock('../../../src/compute/webgpu/webgpu-executor.ts', () => {
    throw new Error('404')
  })
  const refused = vi.fn()
  const factory = await loadFirst(['webgpu', 'wasm'], factoryFor, refused)
  expect(factory.kind).toBe('wasm')
  const missing = { code: 'download-failed', message: expect.stringContaining('(webgpu) could not be fetched') }
  expect(refused).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(missing))
  const load = vi.fn().mockRejectedValue(new HeadroomError('download-failed', 'The server is gone.'))
  await expect(loadFirst(['webgpu', 'wasm'], load, refused)).rejects.toThrow('The server is gone.')
  expect(load).toHaveBeenCalledOnce()
})

test.each([
  { executor: 'wasm', turned: false },
  { executor: 'webgpu', turned: true },
] as const)('a pair on $executor whose GPU is lost twice goes on with WASM for both', async ({ executor, turned }) => {
  const measured = { executor: 'wasm', weightBytesPerSecond: 1e9, phases: null, backend: 'a double' } as const
  const trust = createGpuTrust(async () => measured)
  const asked: LoadRequest[] = []
  const load = async (wanted: LoadRequest) => {
    asked.push(wanted)
    if (wanted.pair) throw new HeadroomError('device-lost', 'The GPU was taken away.')
    return { report: { notices: [] } as unknown as LoadReport }
  }
  const { report } = await trust.load({ executor, pair: { ...pair, prefill: 'webgpu' } } as LoadRequest, load)
  expect(asked.map((wanted) => [wanted.executor, 'pair' in wanted])).toEqual([
    [executor, true],
    [executor, true],
    ['wasm', false],
  ])
  expect(report.notices.map(({ code }) => code)).toEqual(['device-lost'])
  expect(report.turnedTo).toEqual(turned ? { ...measured, why: report.notices[0]?.message } : undefined)
})
