import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { createEngine } from '../../../src/cluster/engine-host.ts'
import type { Engine, LoadRequest, OpenedModel } from '../../../src/cluster/engine-protocol.ts'
import type { LoadProgress } from '../../../src/cluster/session-state.ts'
import type { ExecutorSetup } from '../../../src/compute/executor.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { type StepKernels, stepKernels } from '../../../src/compute/wasm/step-kernels.ts'
import { wasmExecutor } from '../../../src/compute/wasm/wasm-executor.ts'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { type ShardPlan, shardOf } from '../../../src/plan/shard-plan.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { residentFormats } from '../../../src/weights/formats.ts'
import { buildKernels } from '../../../tools/build-kernels.ts'
import { changeExecutors } from '../../support/changed-executors.ts'
import { type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { plainProfile } from '../../support/plain-profile.ts'

let served: ServedModel
beforeAll(async () => {
  await buildKernels()
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

let engine: Engine
let model: OpenedModel
beforeEach(async () => {
  engine = createEngine()
  model = await engine.openModel(served.source)
})
afterEach(() => {
  engine.close()
  vi.restoreAllMocks()
})

function planFor(shares: readonly number[], epoch: number): ShardPlan {
  const profiles = shares.map((_, rank) => ({ ...plainProfile, deviceId: `device-${rank}` }))
  const { config, manifest, modelId } = model
  const formats = residentFormats(manifest, 'f32')
  return planShards(config, profiles, { modelId, epoch, formats, contextLength: 128, shares })
}

function loadOf(plan: ShardPlan): LoadRequest {
  const common = {
    weights: 'f32',
    executor: 'reference',
    others: [],
    threads: 1,
    memoryBytes: plainProfile.memoryBytes,
    baseUrl: served.baseUrl,
    leaderId: 'device-0',
  } as const
  return { manifest: model.manifest, shard: shardOf(plan, 0), ...common }
}

function startOf(plan: ShardPlan) {
  const { deviceIds, vocabulary } = plan
  return { shard: shardOf(plan, 0), deviceIds, vocabulary, wire: 'f32' } as const
}

const silent = () => undefined
const request = {
  input: { text: 'Once upon a time' },
  maxTokens: 8,
  ignoreEos: false,
  sampling: {},
  dump: false,
} as const

async function answers(plan: ShardPlan): Promise<void> {
  await engine.start(startOf(plan), silent)
  expect((await engine.infer(request, silent)).text).toBe(', there was a little girl')
}

test('the same share under a new plan comes from memory', async () => {
  const progress = vi.fn()
  const report = await engine.load(loadOf(planFor([1], 1)), progress)
  await answers(planFor([1], 1))
  progress.mockClear()
  const sent = served.sentBytes()
  expect(await engine.load(loadOf(planFor([1], 2)), progress)).toEqual(report)
  expect([progress.mock.calls.length, served.sentBytes()]).toEqual([0, sent])
  await answers(planFor([1], 2))
})

test('another share, another context or another way to hold weights is loaded anew', async () => {
  const progress = vi.fn()
  const plan = planFor([1], 1)
  await engine.load(loadOf(plan), silent)
  const others: LoadRequest[] = [
    loadOf(planFor([1, 1], 2)),
    { ...loadOf(plan), shard: { ...shardOf(plan, 0), contextLength: 64 } },
    { ...loadOf(plan), weights: 'auto' },
  ]
  for (const other of others) {
    progress.mockClear()
    await engine.load(other, progress)
    expect(progress).toHaveBeenCalled()
  }
})

test('a share above what this device offered is refused before anything is made for it', async () => {
  const create = vi.spyOn(referenceExecutor, 'create')
  const plan = planFor([1], 1)
  const totalBytes = plan.memoryBytes[0]!
  await engine.load({ ...loadOf(plan), memoryBytes: totalBytes }, silent)
  const beyond = engine.load({ ...loadOf(plan), memoryBytes: totalBytes - 1 }, silent)
  await expect(beyond).rejects.toMatchObject({ code: 'bad-message' })
  await expect(beyond).rejects.toThrow('of memory, 1 byte more than this device offered')
  expect(create).toHaveBeenCalledTimes(1)
})

test('an executor that failed is not used again', async () => {
  const create = vi.spyOn(referenceExecutor, 'create')
  const plan = planFor([1], 1)
  await engine.load(loadOf(plan), silent)
  const loader = await create.mock.results[0]!.value
  expect(loader).toBeDefined()
  await engine.start(startOf(plan), silent)
  const broken = engine.infer(request, () => {
    throw new Error('Something nobody expected.')
  })
  await expect(broken).rejects.toThrow(/nobody expected/)
  await engine.load(loadOf(planFor([1], 2)), silent)
  expect(create).toHaveBeenCalledTimes(2)
  await answers(planFor([1], 2))
})

test('kernels that a refused executor still compiles are told of no more', async () => {
  const full = new HeadroomError('out-of-memory', 'No room.')
  let late: ExecutorSetup['onPrepared']
  changeExecutors(referenceExecutor, (_, { onPrepared }) => {
    onPrepared?.(1, 9)
    late = onPrepared
    throw full
  })
  const told: LoadProgress[] = []
  const pair = { prefill: 'reference', decode: 'wasm', promptTokens: 4 } as const
  const { refusal } = await engine.load({ ...loadOf(planFor([1], 1)), executor: 'wasm', pair }, (progress) => {
    told.push(progress)
    late?.(2, 9)
  })
  expect(refusal).toBe('No room.')
  expect(told.at(-1)).not.toHaveProperty('kernels')
})

test('kernels that trap are made anew, and no GPU is blamed', async () => {
  vi.spyOn(webgpuExecutor, 'create').mockRejectedValue(new HeadroomError('no-executor', 'There is no GPU.'))
  const trap = () => {
    throw new WebAssembly.RuntimeError('unreachable')
  }
  const kernels = stepKernels({ head: trap } as unknown as StepKernels)
  const made = changeExecutors(wasmExecutor, (executor) => {
    executor.embed = () => {
      kernels.head(0, 1)
      return new Float32Array(0)
    }
  })
  const pair = { prefill: 'webgpu', decode: 'wasm', promptTokens: 4 } as const
  const load = () => engine.load({ ...loadOf(planFor([1], 1)), executor: 'wasm', pair }, silent)
  for (let trapped = 0; trapped < 2; trapped++) {
    await load()
    await engine.start(startOf(planFor([1], 1)), silent)
    await expect(engine.infer(request, silent)).rejects.toMatchObject({ code: 'kernels-stopped' })
  }
  const { notices, refusal } = await load()
  expect(refusal).toBe('There is no GPU.')
  expect(notices.map(({ code }) => code)).not.toContain('device-lost')
  expect(made).toHaveBeenCalledTimes(3)
})

test('a load that a newer one replaced rejects, gives its executor back and changes nothing', async () => {
  const closed = vi.fn()
  let newer: Promise<unknown> | null = null
  changeExecutors(referenceExecutor, (executor) => {
    if (newer) return
    const close = executor.close.bind(executor)
    executor.close = () => {
      closed()
      close()
    }
    newer = engine.load(loadOf(planFor([1], 2)), silent)
  })
  const older = engine.load(loadOf(planFor([3, 1], 1)), silent)
  await expect(older).rejects.toMatchObject({ code: 'aborted' })
  await newer
  expect(closed).toHaveBeenCalledOnce()
  await answers(planFor([1], 2))
})

test('a plan starts only with the share that was loaded for it', async () => {
  await expect(engine.start(startOf(planFor([1], 1)), silent)).rejects.toMatchObject({ code: 'internal' })
  await engine.load(loadOf(planFor([1], 2)), silent)
  await expect(engine.start(startOf(planFor([1], 1)), silent)).rejects.toMatchObject({ code: 'bad-message' })
  await expect(engine.start(startOf(planFor([2, 1], 2)), silent)).rejects.toMatchObject({ code: 'bad-message' })
  await answers(planFor([1], 2))
})

test('a rank without a lane to another is refused by name', async () => {
  const plan = planFor([1, 1], 1)
  await engine.load(loadOf(plan), silent)
  await expect(engine.start(startOf(plan), silent)).rejects.toThrow(/no connection to device-1/)
})

test('nothing is believed that the leader sends: a manifest, a share', async () => {
  const load = loadOf(planFor([1], 1))
  const refused = [
    { ...load, manifest: { ...load.manifest, tensors: {} } },
    { ...load, shard: { ...load.shard, vocabulary: { start: 0, end: 1e9 } } },
    { ...load, shard: { ...load.shard, contextLength: 1e12 } },
  ]
  for (const request of refused)
    await expect(engine.load(request, silent)).rejects.toMatchObject({ code: 'bad-message' })
})

test('an engine that is closed while it loads gives everything back', async () => {
  const load = engine.load(loadOf(planFor([1], 1)), silent)
  engine.close()
  await expect(load).rejects.toMatchObject({ code: 'aborted' })
  await expect(engine.start(startOf(planFor([1], 1)), silent)).rejects.toMatchObject({ code: 'internal' })
})
