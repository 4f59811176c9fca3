// A device of no particular kind, and what it may have measured, for tests that care for one of its figures or for none.
import type { DeviceProfile, ExecutorKind, ExecutorUse, PhaseFigures } from '../../src/plan/device-profile.ts'

export const plainProfile: DeviceProfile = {
  deviceId: 'phone',
  name: 'Phone',
  executor: 'reference',
  weightBytesPerSecond: 1e9,
  phases: null,
  memoryBytes: 8 * 2 ** 30,
  cores: 1,
  threads: 1,
  battery: null,
  backend: 'TypeScript, float32',
  otherExecutors: [],
}

/** Where nothing else is said it reads a prompt's tokens as slowly as it writes, and reads back and starts in no time. */
export function measuredUse(
  executor: ExecutorKind,
  weightBytesPerSecond: number,
  phases: Partial<PhaseFigures> = {},
): ExecutorUse & { phases: PhaseFigures } {
  const even = { prefillBytesPerSecond: weightBytesPerSecond, readbackMs: 0, startMs: 0 }
  return { executor, weightBytesPerSecond, phases: { ...even, ...phases }, backend: executor }
}

/** The same as what is known beside the executor in use; nothing speaks against it. */
export function measuredSpeed(
  ...figures: Parameters<typeof measuredUse>
): ReturnType<typeof measuredUse> & { why: null } {
  return { ...measuredUse(...figures), why: null }
}
