// A device measures itself in a real browser: whether the figures can be true, and what the next visit knows. That it takes less than two
// seconds is claimed where a busy machine adds nothing to it (tests/unit/device/capability-assessor.test.ts); how long it took is told here.
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { executorFactory } from '../../../src/cluster/executors.ts'
import { type OwnDevice, openDevice } from '../../../src/cluster/own-device.ts'
import { MobileDeviceCapabilityAssessor, measureUse } from '../../../src/device/capability-assessor.ts'
import { browserSpeedStorage, recallSpeeds, rememberSpeeds } from '../../../src/device/speed-memory.ts'
import type { ExecutorSpeed } from '../../../src/plan/device-profile.ts'

const { userAgent, hardwareConcurrency } = navigator
const phases = { prefillBytesPerSecond: 5, readbackMs: 0.1, startMs: 10 }
const wasm = { executor: 'wasm' as const, weightBytesPerSecond: 5, phases, backend: 'as before', why: null }
const webgpu = { ...wasm, executor: 'webgpu' as const, weightBytesPerSecond: 7 }

beforeEach(() => localStorage.clear())

/** What joining does in the engine worker, told without the loading of the test's many modules. */
async function assess(threads: number, speeds: readonly (typeof wasm | typeof webgpu)[] = []) {
  const start = performance.now()
  const profile = await new MobileDeviceCapabilityAssessor().assess({
    deviceId: 'device',
    name: 'Device',
    executor: 'auto',
    threads,
    memoryBytes: 2 ** 30,
    battery: null,
    remembered: { threads, speeds },
    factoryOf: executorFactory,
  })
  console.info(`Assessed in ${(performance.now() - start).toFixed(0)} ms.`)
  return profile
}

/** A visit of this browser, with a real engine worker. */
async function visit(): Promise<OwnDevice> {
  const device = await openDevice({ executor: 'auto', threads: 0 })
  onTestFinished(() => device.close())
  return device
}

function expectSpeed(measured: Pick<ExecutorSpeed, 'weightBytesPerSecond' | 'phases'> | undefined): void {
  for (const speed of [measured?.weightBytesPerSecond, measured?.phases?.prefillBytesPerSecond]) {
    expect(speed).toBeGreaterThan(1e6)
    expect(speed).toBeLessThan(1e13)
  }
  expect(measured?.phases?.startMs).toBeGreaterThan(0)
  expect(measured?.phases?.readbackMs).toBeGreaterThanOrEqual(0)
  expect(measured?.phases?.readbackMs).toBeLessThan(10_000)
}

describe('the assessment', () => {
  test.each([
    { threads: 1, memory: 'memory' },
    { threads: 2, memory: 'shared memory' },
  ])('measures WASM with threads $threads, and says what there is', async ({ threads, memory }) => {
    const profile = await assess(threads)
    expectSpeed(profile)
    expect(profile).toMatchObject({ executor: 'wasm', threads, cores: hardwareConcurrency, otherExecutors: [] })
    expect(profile.backend).toBe(`WASM SIMD, relaxed, ${memory} up to 4 GiB`)
  })

  test('measures WebGPU anew where it was the fastest before, or says why not', async () => {
    const profile = await assess(1, [wasm, webgpu])
    expectSpeed(profile)
    if (profile.executor === 'webgpu') {
      expect(profile.backend).toMatch(/\w+.*, buffers up to \d+ MiB/)
      expect(profile.otherExecutors).toEqual([wasm])
    } else {
      expect(profile.executor).toBe('wasm')
      const why = expect.stringContaining('not measured within 1000 ms')
      expect(profile.otherExecutors).toEqual([{ ...webgpu, phases: { ...phases, startMs: 1000 }, why }])
    }
  })
})

describe('a survey', () => {
  test('measures WebGPU however long it takes', async () => {
    expectSpeed(await measureUse(() => executorFactory('webgpu'), 1))
  })

  test('finds how fast WebGPU is beside WASM, or that ten seconds are too few for it, and the next visit knows it', async () => {
    const device = await visit()
    expectSpeed(device.profile)
    expect(device.profile.memoryBytes).toBeGreaterThanOrEqual(2 ** 28)
    expect(device.profile.otherExecutors).toEqual([])
    expect(device.surveyed).toBe(false)
    await device.survey()
    expect(device.surveyed).toBe(true)
    const [found, ...others] = device.profile.otherExecutors
    expect([found?.executor, others]).toEqual(['webgpu', []])
    if (found?.why === null) expectSpeed(found)
    else expect(found).toMatchObject({ phases: null, why: expect.stringContaining('not measured within 10 s') })

    const next = await visit()
    expect(next.surveyed).toBe(true)
    const { executor, otherExecutors } = next.profile
    expect([executor, ...otherExecutors.map((other) => other.executor)].sort()).toEqual(['wasm', 'webgpu'])
  })

  test('is forgotten with the version of the browser that it was made in', async () => {
    const { profile } = await visit()
    rememberSpeeds(browserSpeedStorage, 'an older version', { threads: profile.threads, speeds: [wasm, webgpu] })
    const { profile: later } = await visit()
    expect(later).toMatchObject({ executor: 'wasm', otherExecutors: [] })
  })

  test('ends at once when it is stopped, and leaves nothing behind', async () => {
    const device = await visit()
    const turn = device.survey()
    await new Promise((resolve) => setTimeout(resolve, 100))
    device.stopSurvey()
    await Promise.race([turn, new Promise((_, reject) => setTimeout(reject, 0, new Error('It is still at work.')))])
    expect(device.profile.otherExecutors).toEqual([])
    expect(recallSpeeds(browserSpeedStorage, userAgent)?.speeds.map(({ executor }) => executor)).toEqual(['wasm'])
  })
})
