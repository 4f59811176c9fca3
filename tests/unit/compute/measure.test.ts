import { expect, test } from 'vitest'
import type { ExecutorFactory } from '../../../src/compute/executor.ts'
import { measureDecode } from '../../../src/compute/measure.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'

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
