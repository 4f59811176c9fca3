// The reference executor under another name, with more of real waiting: for tests of what chooses and measures executors.
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import type { ExecutorKind } from '../../src/plan/device-profile.ts'

export interface Slowness {
  kind?: ExecutorKind
  /** Before it can be loaded. */
  createMs?: number
  /** In every sublayer. */
  partialMs?: number
}

export function slowedExecutor({ kind = 'reference', createMs = 0, partialMs = 0 }: Slowness): ExecutorFactory {
  return {
    kind,
    describe: () => `slowed ${kind}`,
    async create(setup) {
      await wait(createMs)
      const loader = await referenceExecutor.create(setup)
      return {
        ...loader,
        async finish() {
          const executor = await loader.finish()
          const partial = executor.partial.bind(executor)
          executor.partial = async (state, index) => {
            await wait(partialMs)
            return partial(state, index)
          }
          return executor
        },
      }
    },
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
