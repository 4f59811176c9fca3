import type { ExecutorLoader, ExecutorSetup } from '../executor.ts'
import { TensorStore } from '../reference/tensor-store.ts'
import { type TfjsBackend, useBackend } from './backend.ts'
import { TfjsExecutor } from './tfjs-executor.ts'
import { createWeights } from './weights.ts'

/** Throws `no-executor` where the backend does not run. */
export async function openLoader(setup: ExecutorSetup, backend: TfjsBackend): Promise<ExecutorLoader> {
  await useBackend(backend)
  const store = new TensorStore(setup.tensors)
  return {
    write: (piece) => store.write(piece),
    async finish() {
      store.requireComplete()
      const weights = createWeights(setup, store, backend === 'cpu')
      return new TfjsExecutor(backend, setup, weights)
    },
    close: () => store.close(),
  }
}
