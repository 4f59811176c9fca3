import { expect, test, vi } from 'vitest'
import { pacedProgress } from '../../../src/cluster/paced-progress.ts'

const at = (loadedBytes: number) => ({ loadedBytes, totalBytes: 100, downloadedBytes: loadedBytes })

test('a load reports its start, then at most every tenth of a second, and always its end', () => {
  const clock = vi.spyOn(performance, 'now')
  const report = vi.fn()
  const progress = pacedProgress(report)
  for (const [nowMs, loadedBytes] of [
    [0, 1],
    [99, 2],
    [100, 3],
    [150, 4],
    [210, 5],
    [211, 100],
  ] as const) {
    clock.mockReturnValue(nowMs)
    progress(at(loadedBytes))
  }
  clock.mockRestore()
  expect(report.mock.calls.map(([{ loadedBytes }]) => loadedBytes)).toEqual([1, 3, 5, 100])
})
