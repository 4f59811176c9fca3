import type { ExecutorFactory } from '../executor.ts'
import type { TfjsBackend } from './backend.ts'

/** TensorFlow.js' own operations on the first of `backends` that runs here: the last resort. Loaded with its first use. */
export function createTfjsFactory(backends: readonly TfjsBackend[] = ['webgl', 'cpu']): ExecutorFactory {
  return {
    kind: 'tfjs',
    async describe() {
      const { useBackend } = await import('./backend.ts')
      return `TensorFlow.js on ${await useBackend(backends)}, float32`
    },
    async create(setup) {
      const { openLoader } = await import('./tfjs-loader.ts')
      return openLoader(setup, backends)
    },
  }
}

export const tfjsExecutor = createTfjsFactory()
