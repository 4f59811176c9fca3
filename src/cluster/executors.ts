// Which code runs which executor. WASM and WebGPU come as chunks of their own, so that a tab loads only what it uses.
import { MissingCodeError } from '../base/errors.ts'
import type { ExecutorFactory } from '../compute/executor.ts'
import type { TfjsBackend } from '../compute/tfjs/backend.ts'
import type { ExecutorKind } from '../plan/device-profile.ts'

const loaders: Readonly<Record<ExecutorKind, () => Promise<ExecutorFactory>>> = {
  reference: async () => (await import('../compute/reference/reference-executor.ts')).referenceExecutor,
  'tfjs-cpu': () => tfjs('cpu'),
  'tfjs-wasm': () => tfjs('wasm'),
  'tfjs-webgl': () => tfjs('webgl'),
  wasm: async () => (await import('../compute/wasm/wasm-executor.ts')).wasmExecutor,
  webgpu: async () => (await import('../compute/webgpu/webgpu-executor.ts')).webgpuExecutor,
}

async function tfjs(backend: TfjsBackend): Promise<ExecutorFactory> {
  return (await import('../compute/tfjs/tfjs-factory.ts')).createTfjsFactory(backend)
}

/** Throws `download-failed` (`MissingCodeError`) where the server that the page came from no longer gives its parts. */
export async function executorFactory(kind: ExecutorKind): Promise<ExecutorFactory> {
  try {
    return await loaders[kind]()
  } catch (cause) {
    const message = `The part of this page that computes (${kind}) could not be fetched. Check that the server runs, then reload.`
    throw new MissingCodeError(message, { cause })
  }
}
