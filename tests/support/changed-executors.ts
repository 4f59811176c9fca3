// Real executors that fail, wait or tell where a test wants them to.
import { vi } from 'vitest'
import type { Executor, ExecutorFactory, ExecutorSetup } from '../../src/compute/executor.ts'

/** May change the executor, or throw in its place. */
type Change = (executor: Executor, setup: ExecutorSetup) => void

/** The same factory, whose executors go through `change` when they are finished. */
export function changing(factory: ExecutorFactory, change: Change): ExecutorFactory {
  return {
    ...factory,
    async create(setup) {
      const loader = await factory.create(setup)
      const finish = loader.finish.bind(loader)
      loader.finish = async () => {
        const executor = await finish()
        change(executor, setup)
        return executor
      }
      return loader
    },
  }
}

/** All that `factory` itself makes goes through `change`, until mocks are restored. */
export function changeExecutors(factory: ExecutorFactory, change: Change) {
  const { create } = changing({ ...factory }, change)
  return vi.spyOn(factory, 'create').mockImplementation(create)
}
