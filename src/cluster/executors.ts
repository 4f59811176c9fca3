// Which code runs which executor. WASM and WebGPU come as chunks of their own, so that a tab loads only what it uses.
import type { ExecutorFactory } from '../compute/executor.ts'
import type { ExecutorKind } from '../plan/device-profile.ts'

const loaders: Readonly<Record<ExecutorKind, () => Promise<ExecutorFactory>>> = {
  reference: async () => (await import('../compute/reference/reference-executor.ts')).referenceExecutor,
  wasm: async () => (await import('../compute/wasm/wasm-executor.ts')).wasmExecutor,
  webgpu: async () => (await import('../compute/webgpu/webgpu-executor.ts')).webgpuExecutor,
}

export function executorFactory(kind: ExecutorKind): Promise<ExecutorFactory> {
  return loaders[kind]()
}
