import { expect, test } from 'vitest'
import { abortError } from '../../../src/base/errors.ts'
import type { ExecutorFactory } from '../../../src/compute/executor.ts'
import { measureExecutor } from '../../../src/compute/measure.ts'
import { wasmExecutor } from '../../../src/compute/wasm/wasm-executor.ts'
import { changing } from '../../support/changed-executors.ts'
import { idleExecutor } from '../../support/idle-executor.ts'
import { onlyWaitingCounts } from '../../support/waiting-clock.ts'

/** An executor with `delayMs` of waiting in every sublayer, `readMs` more in every readback of hidden values. */
function slowed(delayMs: number, readMs = 0): ExecutorFactory {
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  return changing(idleExecutor('reference'), (executor) => {
    const [partial, readHidden] = [executor.partial.bind(executor), executor.readHidden.bind(executor)]
    executor.partial = async (state, index) => {
      await wait(delayMs)
      return partial(state, index)
    }
    executor.readHidden = async (state) => {
      await wait(readMs)
      return readHidden(state)
    }
  })
}

test('measures less speed for an executor that takes longer', async () => {
  onlyWaitingCounts()
  const quick = await measureExecutor(slowed(5), 1, { budgetMs: 100 })
  const slow = await measureExecutor(slowed(10), 1, { budgetMs: 100 })
  expect(quick.weightBytesPerSecond).toBeGreaterThan(1e6)
  expect(slow.weightBytesPerSecond).toBeCloseTo(quick.weightBytesPerSecond / 2)
  expect(slow.phases.prefillBytesPerSecond).toBeCloseTo(quick.phases.prefillBytesPerSecond / 2)
})

test('measures a readback apart from what is computed', async () => {
  onlyWaitingCounts()
  const prompt = await measureExecutor(slowed(1), 1, { budgetMs: 20 })
  const late = await measureExecutor(slowed(1, 20), 1, { budgetMs: 20 })
  expect([prompt.phases.readbackMs, late.phases.readbackMs]).toEqual([0, 20])
})

test('tells the figure of decode after every step, the last one being the result', async () => {
  const figures: number[] = []
  const { weightBytesPerSecond } = await measureExecutor(wasmExecutor, 1, {
    budgetMs: 10_000,
    onFigure: (figure) => figures.push(figure),
  })
  expect(figures.length).toBeGreaterThan(1)
  expect(figures.at(-1)).toBe(weightBytesPerSecond)
})

test('ends between steps when it is aborted', async () => {
  const stop = new AbortController()
  let steps = 0
  const measuring = measureExecutor(wasmExecutor, 1, {
    budgetMs: 60_000,
    signal: stop.signal,
    onFigure: () => {
      if (++steps === 2) stop.abort(abortError('Enough.'))
    },
  })
  await expect(measuring).rejects.toMatchObject({ code: 'aborted', message: 'Enough.' })
  expect(steps).toBe(2)
})
