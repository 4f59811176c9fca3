// A clock for tests of what measures time: real ones of a busy machine would add its own.
import { onTestFinished, vi } from 'vitest'

/** Waiting is all that takes time from here to the end of the test, and it takes exactly as long as asked for. */
export function onlyWaitingCounts(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.setTimerTickMode('nextTimerAsync')
  onTestFinished(() => void vi.useRealTimers())
}
