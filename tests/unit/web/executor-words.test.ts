import { expect, test } from 'vitest'
import type { DeviceProfile } from '../../../src/index.ts'
import { choiceWords } from '../../../web/executor-words.ts'
import { texts } from '../../../web/texts/texts.ts'

const profile: DeviceProfile = {
  deviceId: 'phone',
  name: 'Phone',
  executor: 'wasm',
  weightBytesPerSecond: 2e9,
  phases: { prefillBytesPerSecond: 9e9, readbackMs: 0.1 },
  memoryBytes: 2 ** 30,
  cores: 2,
  threads: 1,
  battery: null,
  backend: 'WASM SIMD',
  otherExecutors: [],
}

test('an executor that was too late when it was last wanted takes over nothing: it is to be measured again', () => {
  const phases = { prefillBytesPerSecond: 90e9, readbackMs: 0.2 }
  const gpu = { executor: 'webgpu', weightBytesPerSecond: 9e9, phases, why: null } as const
  expect(choiceWords({ ...profile, otherExecutors: [gpu] }, null)).toContain(texts.executors.takesOver)
  const late = { ...gpu, why: 'It was not measured within 1000 ms.' }
  const words = choiceWords({ ...profile, otherExecutors: [late] }, null)
  expect(words).toBe(texts.executors.onlyOne(texts.device.executors.wasm))
})
