// Which executor a device chooses. Those here compute nothing: how fast real ones are is measured in a real browser (tests/browser/device).
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import type { ExecutorFactory } from '../../../src/compute/executor.ts'
import {
  type AssessmentRequest,
  MobileDeviceCapabilityAssessor,
  refusedSpeed,
} from '../../../src/device/capability-assessor.ts'
import type { ExecutorKind } from '../../../src/plan/device-profile.ts'
import { changing } from '../../support/changed-executors.ts'
import { idleExecutor } from '../../support/idle-executor.ts'
import { measuredSpeed } from '../../support/plain-profile.ts'
import { onlyWaitingCounts } from '../../support/waiting-clock.ts'

beforeAll(() => vi.stubGlobal('navigator', { hardwareConcurrency: 4 }))
afterAll(() => vi.unstubAllGlobals())

type Factories = Partial<Record<ExecutorKind, ExecutorFactory | Error>>

/** Kinds that are not given run at once. */
function assess(factories: Factories, request: Partial<AssessmentRequest> = {}) {
  const factoryOf = async (kind: ExecutorKind) => {
    const factory = factories[kind] ?? idleExecutor(kind)
    if (factory instanceof Error) throw factory
    return factory
  }
  return new MobileDeviceCapabilityAssessor().assess({
    deviceId: 'phone',
    name: 'Phone',
    executor: 'auto',
    threads: 1,
    memoryBytes: 2 ** 30,
    battery: null,
    remembered: null,
    factoryOf,
    ...request,
  })
}

/** Takes `sublayerMs` for a token in a sublayer, and a sixteenth of that more for each other one of a prompt. */
function computing(sublayerMs: number): ExecutorFactory {
  return changing(idleExecutor('wasm'), (executor) => {
    const { partial } = executor
    executor.partial = async (state, index) => {
      const others = state.step.tokens.length - 1
      await new Promise((resolve) => setTimeout(resolve, sublayerMs * (1 + others / 16)))
      return partial(state, index)
    }
  })
}

/** Remembered of an earlier visit, in which it started in no time. */
const speed = (executor: ExecutorKind, weightBytesPerSecond: number, prefillBytesPerSecond = weightBytesPerSecond) =>
  measuredSpeed(executor, weightBytesPerSecond, { prefillBytesPerSecond })

const noAdapter = new HeadroomError('no-executor', 'This browser offers no WebGPU adapter.')
const noSimd = new HeadroomError('no-executor', 'This browser cannot run WebAssembly SIMD.')

describe('an automatic choice', () => {
  test('is WASM where nothing is remembered, in the backend’s own words', async () => {
    const { executor, backend, weightBytesPerSecond, otherExecutors } = await assess({})
    expect({ executor, backend, otherExecutors }).toEqual({
      executor: 'wasm',
      backend: 'idle wasm',
      otherExecutors: [],
    })
    expect(weightBytesPerSecond).toBeGreaterThan(1e6)
  })

  test('starts with what was the fastest here, and measures it anew', async () => {
    const remembered = { threads: 1, speeds: [speed('wasm', 1e9), speed('webgpu', 7)] }
    expect((await assess({}, { remembered })).executor).toBe('wasm')
    const faster = { threads: 1, speeds: [speed('wasm', 5), speed('webgpu', 7)] }
    const profile = await assess({}, { remembered: faster })
    expect(profile.executor).toBe('webgpu')
    expect(profile.weightBytesPerSecond).toBeGreaterThan(1e6)
    expect(profile.otherExecutors).toEqual([speed('wasm', 5)])
  })

  test('starts with what takes less time over a turn of as many tokens read as written', async () => {
    const reader = { threads: 1, speeds: [speed('wasm', 100, 200), speed('webgpu', 80, 900)] }
    expect((await assess({}, { remembered: reader })).executor).toBe('webgpu')
    const writer = { threads: 1, speeds: [speed('wasm', 100, 200), speed('webgpu', 60, 900)] }
    expect((await assess({}, { remembered: writer })).executor).toBe('wasm')
  })

  test('asks nothing of figures that were measured with other threads, nor of one figure alone', async () => {
    const otherThreads = { threads: 3, speeds: [speed('wasm', 5), speed('webgpu', 7)] }
    expect(await assess({}, { remembered: otherThreads })).toMatchObject({ executor: 'wasm', otherExecutors: [] })
    const alone = { threads: 1, speeds: [speed('webgpu', 7)] }
    expect((await assess({}, { remembered: alone })).executor).toBe('wasm')
  })

  test('gives the favourite one second, then goes back to WASM and says so', async () => {
    const remembered = { threads: 1, speeds: [speed('wasm', 5), speed('webgpu', 7)] }
    onlyWaitingCounts()
    const start = performance.now()
    const profile = await assess({ webgpu: idleExecutor('webgpu', 15_000) }, { remembered })
    expect(performance.now() - start).toBe(1000)
    expect(profile.executor).toBe('wasm')
    const late = measuredSpeed('webgpu', 7, { startMs: 1000 })
    expect(profile.otherExecutors).toEqual([{ ...late, why: expect.stringContaining('1000 ms') }])
  })

  test.each([5, 10, 20, 40])(
    'takes less than two seconds where a sublayer takes %i ms, a prompt of 64 tokens five times as long',
    async (sublayerMs) => {
      onlyWaitingCounts()
      const start = performance.now()
      const { weightBytesPerSecond } = await assess({ wasm: computing(sublayerMs) })
      expect(performance.now() - start).toBeLessThan(2000)
      // Four sublayers of 19 MB in all.
      expect((weightBytesPerSecond * 4 * sublayerMs) / 1000 / 19e6).toBeCloseTo(1, 1)
    },
  )

  test('does not start with a favourite that was too late the last time', async () => {
    const late = { ...speed('webgpu', 7), why: 'It was not measured within 1000 ms.' }
    const profile = await assess({}, { remembered: { threads: 1, speeds: [speed('wasm', 5), late] } })
    expect(profile).toMatchObject({ executor: 'wasm', otherExecutors: [late] })
  })

  test('does not wait for a favourite that once took a second to start: its figures of then are chosen by', async () => {
    const started = async (startMs: number) => {
      const asked: ExecutorKind[] = []
      const factoryOf = async (kind: ExecutorKind) => {
        asked.push(kind)
        return idleExecutor(kind)
      }
      const gpu = measuredSpeed('webgpu', 1e18, { startMs })
      const { executor, backend } = await assess(
        {},
        { factoryOf, remembered: { threads: 1, speeds: [speed('wasm', 5), gpu] } },
      )
      return { asked, executor, backend }
    }
    expect(await started(999)).toEqual({ asked: ['webgpu'], executor: 'webgpu', backend: 'idle webgpu' })
    expect(await started(1000)).toEqual({ asked: ['wasm'], executor: 'webgpu', backend: 'webgpu' })
  })

  test('leaves a favourite at once that is slower today than another was', async () => {
    const remembered = { threads: 1, speeds: [speed('wasm', 1e17), speed('webgpu', 1e18)] }
    const profile = await assess({}, { remembered })
    expect(profile).toMatchObject({
      executor: 'wasm',
      weightBytesPerSecond: 1e17,
      otherExecutors: [{ executor: 'webgpu' }],
    })
  })

  test('keeps why an executor does not run here, but not what may go well next time', async () => {
    const refused = await assess({ wasm: noSimd })
    expect(refused.executor).toBe('webgpu')
    expect(refused.otherExecutors).toEqual([refusedSpeed('wasm', 'This browser cannot run WebAssembly SIMD.')])
    const offline = new HeadroomError('download-failed', 'kernels.wasm answered 503; reload the page.')
    expect(await assess({ wasm: offline })).toMatchObject({ executor: 'webgpu', otherExecutors: [] })
  })
})

test('a page that is not isolated has one thread, however many are asked for, and goes by what was measured with one', async () => {
  const remembered = { threads: 1, speeds: [speed('wasm', 5), speed('webgpu', 7)] }
  const profile = await assess({}, { threads: 2, remembered })
  expect(profile).toMatchObject({ threads: 1, executor: 'webgpu', otherExecutors: [speed('wasm', 5)] })
  expect((await assess({}, { threads: 0 })).threads).toBe(1)
})

describe('an executor for each phase', () => {
  // The idle one takes as long for 64 tokens as for one, so that of its turns nearly all is writing.
  const writer = speed('webgpu', 1e18, 1)

  test('is chosen where another was measured that writes so much faster', async () => {
    const { executor, pair } = await assess({}, { remembered: { threads: 1, speeds: [writer] } })
    expect(executor).toBe('wasm')
    expect(pair).toEqual({ prefill: 'wasm', decode: 'webgpu', promptTokens: 2 })
  })

  test('is not chosen of what does not run now, nor where one is named', async () => {
    const doubtful = { ...writer, why: 'It was not measured within 1000 ms.' }
    expect(await assess({}, { remembered: { threads: 1, speeds: [doubtful] } })).not.toHaveProperty('pair')
    const named = { executor: 'wasm', remembered: { threads: 1, speeds: [writer] } } as const
    expect(await assess({}, named)).not.toHaveProperty('pair')
    expect(await assess({})).not.toHaveProperty('pair')
  })
})

describe('an executor that was asked for', () => {
  test('is used whatever was faster before', async () => {
    const remembered = { threads: 1, speeds: [speed('wasm', 5), speed('webgpu', 7)] }
    const { executor, otherExecutors, forced } = await assess({}, { executor: 'wasm', remembered })
    expect({ executor, otherExecutors }).toEqual({ executor: 'wasm', otherExecutors: [speed('webgpu', 7)] })
    expect(forced).toBe(true)
    expect(await assess({}, { remembered })).not.toHaveProperty('forced')
  })

  test('that does not run here is refused with its reason', async () => {
    await expect(assess({ webgpu: noAdapter }, { executor: 'webgpu' })).rejects.toMatchObject({
      code: 'no-executor',
      message: expect.stringContaining('webgpu: This browser offers no WebGPU adapter.'),
    })
  })
})

test('a server that went away is not taken for a browser that cannot compute', async () => {
  const gone = new HeadroomError('download-failed', 'The part of this page that computes could not be fetched.')
  const factories = {
    wasm: gone,
    webgpu: noAdapter,
    'tfjs-webgl': gone,
    'tfjs-wasm': gone,
    'tfjs-cpu': gone,
    reference: gone,
  }
  await expect(assess(factories)).rejects.toMatchObject({ code: 'download-failed' })
})
