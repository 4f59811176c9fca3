import { expect, test } from 'vitest'
import { abortError } from '../../../src/base/errors.ts'
import type { ExecutorFactory } from '../../../src/compute/executor.ts'
import { measureDecode } from '../../../src/compute/measure.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { wasmExecutor } from '../../../src/compute/wasm/wasm-executor.ts'

/** The same executor with `delayMs` more of real waiting in every sublayer. */
function slowed(delayMs: number): ExecutorFactory {
  return {
    kind: 'reference',
    describe: () => 'slowed',
    async create(setup) {
      const loader = await referenceExecutor.create(setup)
      return {
        ...loader,
        async finish() {
          const executor = await loader.finish()
          const partial = executor.partial.bind(executor)
          executor.partial = async (state, index) => {
            await new Promise((resolve) => setTimeout(resolve, delayMs))
            return partial(state, index)
          }
          return executor
        },
      }
    },
  }
}

test('measures less speed for an executor that takes longer', async () => {
  const plain = await measureDecode(referenceExecutor, 1, { budgetMs: 100 })
  const slow = await measureDecode(slowed(100), 1, { budgetMs: 100 })
  expect(plain).toBeGreaterThan(1e6)
  expect(slow).toBeLessThan(plain * 0.8)
})

test('tells the figure after every step, the last one being the result', async () => {
  const figures: number[] = []
  const result = await measureDecode(wasmExecutor, 1, {
    budgetMs: 10_000,
    onFigure: (figure) => figures.push(figure),
  })
  expect(figures.length).toBeGreaterThan(1)
  expect(figures.at(-1)).toBe(result)
})

test('ends between steps when it is aborted', async () => {
  const stop = new AbortController()
  let steps = 0
  const measuring = measureDecode(wasmExecutor, 1, {
    budgetMs: 60_000,
    signal: stop.signal,
    onFigure: () => {
      if (++steps === 2) stop.abort(abortError('Enough.'))
    },
  })
  await expect(measuring).rejects.toMatchObject({ code: 'aborted', message: 'Enough.' })
  expect(steps).toBe(2)
})
