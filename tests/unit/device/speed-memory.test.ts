import { describe, expect, test } from 'vitest'
import { recallSpeeds, rememberSpeeds, type SpeedStorage } from '../../../src/device/speed-memory.ts'
import type { ExecutorSpeed } from '../../../src/plan/device-profile.ts'
import { memorySpeedStorage } from '../../support/memory-speed-storage.ts'
import { measuredSpeed } from '../../support/plain-profile.ts'

const browser = 'Mozilla/5.0 Chrome/140.0'
const wasm = measuredSpeed('wasm', 2e9, { startMs: 30 })
const webgpu: ExecutorSpeed = {
  executor: 'webgpu',
  weightBytesPerSecond: null,
  phases: null,
  backend: null,
  why: 'This browser offers no WebGPU.',
}

describe('the memory of speeds', () => {
  test('knows nothing at first', () => {
    expect(recallSpeeds(memorySpeedStorage(), browser)).toBeNull()
  })

  test('gives back figures and refusals', () => {
    const storage = memorySpeedStorage()
    rememberSpeeds(storage, browser, { threads: 3, speeds: [wasm, webgpu] })
    expect(recallSpeeds(storage, browser)).toEqual({ threads: 3, speeds: [wasm, webgpu] })
  })

  test('adds to what it knows, and takes the newest figure of an executor', () => {
    const storage = memorySpeedStorage()
    const faster = { ...wasm, weightBytesPerSecond: 3e9 }
    rememberSpeeds(storage, browser, { threads: 3, speeds: [wasm] })
    rememberSpeeds(storage, browser, { threads: 3, speeds: [webgpu] })
    rememberSpeeds(storage, browser, { threads: 3, speeds: [faster] })
    expect(recallSpeeds(storage, browser)?.speeds).toEqual([webgpu, faster])
  })

  test('keeps the longest of an executor’s starts, whatever else was measured since', () => {
    const storage = memorySpeedStorage()
    for (const startMs of [700, 1200, 300])
      rememberSpeeds(storage, browser, { threads: 3, speeds: [measuredSpeed('webgpu', startMs, { startMs })] })
    expect(recallSpeeds(storage, browser)?.speeds).toEqual([measuredSpeed('webgpu', 300, { startMs: 1200 })])
    rememberSpeeds(storage, browser, { threads: 3, speeds: [webgpu] })
    expect(recallSpeeds(storage, browser)?.speeds).toEqual([webgpu])
  })

  test('forgets when the browser has another version', () => {
    const storage = memorySpeedStorage()
    const next = browser.replace('140', '141')
    rememberSpeeds(storage, browser, { threads: 3, speeds: [wasm, webgpu] })
    expect(recallSpeeds(storage, next)).toBeNull()
    rememberSpeeds(storage, next, { threads: 3, speeds: [wasm] })
    expect(recallSpeeds(storage, next)?.speeds).toEqual([wasm])
    expect(recallSpeeds(storage, browser)).toBeNull()
  })

  test('forgets what was measured with other threads', () => {
    const storage = memorySpeedStorage()
    rememberSpeeds(storage, browser, { threads: 3, speeds: [wasm, webgpu] })
    rememberSpeeds(storage, browser, { threads: 1, speeds: [wasm] })
    expect(recallSpeeds(storage, browser)).toEqual({ threads: 1, speeds: [wasm] })
  })

  test.each([
    '',
    'null',
    '{"userAgent":',
    JSON.stringify({ userAgent: browser, threads: 0, speeds: [] }),
    JSON.stringify({ userAgent: browser, threads: 1, speeds: [{ ...wasm, weightBytesPerSecond: -1 }] }),
    JSON.stringify({ userAgent: browser, threads: 1, speeds: [{ ...wasm, executor: 'abacus' }] }),
    JSON.stringify({
      userAgent: browser,
      threads: 1,
      speeds: [{ ...wasm, phases: { ...wasm.phases, startMs: null } }],
    }),
  ])('takes %j for nothing, and can be written over', (text) => {
    const storage: SpeedStorage = memorySpeedStorage(text)
    expect(recallSpeeds(storage, browser)).toBeNull()
    rememberSpeeds(storage, browser, { threads: 1, speeds: [wasm] })
    expect(recallSpeeds(storage, browser)?.speeds).toEqual([wasm])
  })
})
