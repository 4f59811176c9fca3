import type { ExecutorFactory } from '../executor.ts'
import type { KernelPaths } from './kernel-paths.ts'

/**
 * The WebGPU backend. What it is made of (TensorFlow.js' shader compiler among it) is loaded with the first shard, so that devices which
 * never use it never fetch it. All executors of a worker share one GPU device and its compiled kernels; `close` frees an executor's
 * buffers. `paths` keeps it from ways of computing that the device has.
 */
export function createWebgpuFactory(paths: Partial<KernelPaths> = {}): ExecutorFactory {
  return {
    kind: 'webgpu',
    async describe() {
      const { sharedDevice } = await import('./gpu-device.ts')
      return (await sharedDevice()).description
    },
    async create(setup) {
      const { openLoader } = await import('./gpu-loader.ts')
      return openLoader(setup, paths)
    },
  }
}

export const webgpuExecutor = createWebgpuFactory()
