import type { ExecutorFactory } from '../executor.ts'

/**
 * The WebGPU backend. What it is made of (TensorFlow.js among it) is loaded with the first shard, so that devices which never use it
 * never fetch it. Each executor has a GPU device of its own, given back by `close`.
 */
export const webgpuExecutor: ExecutorFactory = {
  kind: 'webgpu',
  async create(setup) {
    const { openLoader } = await import('./webgpu-loader.ts')
    return openLoader(setup)
  },
}
