// An executor that takes long to start, over several visits of one browser. What is measured is of executors that only wait.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { SurveyEngine } from '../../../src/cluster/survey.ts'
import { MobileDeviceCapabilityAssessor, measureUse } from '../../../src/device/capability-assessor.ts'
import { recallSpeeds, rememberSpeeds } from '../../../src/device/speed-memory.ts'
import type { ExecutorKind } from '../../../src/plan/device-profile.ts'
import { idleExecutor } from '../../support/idle-executor.ts'
import { memorySpeedStorage } from '../../support/memory-speed-storage.ts'
import { measuredSpeed, plainProfile } from '../../support/plain-profile.ts'
import { deviceWith, userAgent } from '../../support/surveyed-device.ts'
import { onlyWaitingCounts } from '../../support/waiting-clock.ts'

beforeAll(() => vi.stubGlobal('navigator', { hardwareConcurrency: 2, userAgent }))
afterAll(() => vi.unstubAllGlobals())

/** WASM reads back ten times as slowly as WebGPU, which is ready after `startMs`. */
const factory = (kind: ExecutorKind, startMs: number) =>
  kind === 'wasm' ? idleExecutor(kind, 0, 20) : idleExecutor(kind, startMs, 2)

function browser() {
  const storage = memorySpeedStorage()
  /** Joins the room; the survey's engines start as slowly as joining's. */
  const visit = async (startMs: number) => {
    const asked: ExecutorKind[] = []
    const factoryOf = async (kind: ExecutorKind) => {
      asked.push(kind)
      return factory(kind, startMs)
    }
    const remembered = recallSpeeds(storage, userAgent)
    const { deviceId, name, memoryBytes, battery } = plainProfile
    const request = {
      deviceId,
      name,
      memoryBytes,
      battery,
      executor: 'auto',
      threads: 1,
      remembered,
      factoryOf,
    } as const
    const profile = await new MobileDeviceCapabilityAssessor().assess(request)
    const startEngine = (): SurveyEngine => ({
      measure: ({ executor, threads }) => measureUse(async () => factory(executor, startMs), threads, { budgetMs: 50 }),
      close: () => undefined,
    })
    return { device: deviceWith({ storage, startEngine }, profile).device, asked }
  }
  return { storage, visit }
}

const startMsIn = (storage: ReturnType<typeof memorySpeedStorage>) =>
  recallSpeeds(storage, userAgent)?.speeds.find(({ executor }) => executor === 'webgpu')?.phases?.startMs

test('is found by the survey, computes from the next share on, and no later visit waits for it or does without it', async () => {
  onlyWaitingCounts()
  const { storage, visit } = browser()
  const { device, asked } = await visit(1200)
  expect(asked).toEqual(['wasm'])
  await device.survey()
  expect(startMsIn(storage)).toBeGreaterThanOrEqual(1200)
  expect(device.profile.executor).toBe('wasm')
  device.takeOver()
  expect(device.profile).toMatchObject({ executor: 'webgpu', otherExecutors: [{ executor: 'wasm' }] })
  for (let later = 0; later < 3; later++) {
    const next = await visit(1200)
    expect(next.asked).toEqual(['wasm'])
    expect(next.device.surveyed).toBe(true)
    expect(next.device.profile.executor).toBe('webgpu')
  }
})

test('after a start that was quick once, it is waited for in vain a single time', async () => {
  onlyWaitingCounts()
  const { storage, visit } = browser()
  const speeds = [measuredSpeed('wasm', 5), measuredSpeed('webgpu', 7, { startMs: 300 })]
  rememberSpeeds(storage, userAgent, { threads: 1, speeds })
  const { device, asked } = await visit(1300)
  expect(asked).toEqual(['webgpu', 'wasm'])
  expect(device.profile.executor).toBe('wasm')
  device.takeOver()
  expect(device.profile.executor).toBe('wasm')

  expect(device.surveyed).toBe(false)
  await device.survey()
  device.takeOver()
  expect(device.profile.executor).toBe('webgpu')

  for (const startMs of [1300, 0]) {
    const next = await visit(startMs)
    expect(next.asked).toEqual(['wasm'])
    expect(next.device.profile.executor).toBe('webgpu')
  }
})

test('that starts in time leads from the start, measured anew', async () => {
  onlyWaitingCounts()
  const { visit } = browser()
  await (await visit(50)).device.survey()
  const { device, asked } = await visit(50)
  expect(asked).toEqual(['webgpu'])
  expect(device.profile).toMatchObject({ executor: 'webgpu', backend: 'idle webgpu' })
})
