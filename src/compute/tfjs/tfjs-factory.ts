import type { ExecutorFactory } from '../executor.ts'
import type { TfjsBackend } from './backend.ts'

/** TensorFlow.js' own operations on one of its backends: a last resort. Loaded with its first use. */
export function createTfjsFactory(backend: TfjsBackend): ExecutorFactory {
  return {
    kind: `tfjs-${backend}`,
    async describe() {
      const { useBackend } = await import('./backend.ts')
      await useBackend(backend)
      return `TensorFlow.js on ${backend}, float32`
    },
    async create(setup) {
      const { openLoader } = await import('./tfjs-loader.ts')
      return openLoader(setup, backend)
    },
  }
}
