import { describe } from 'vitest'
import { wasmExecutor } from '../../../src/compute/wasm/wasm-executor.ts'
import { createWebgpuFactory, webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { cacheContract } from '../../contracts/cache-contract.ts'
import { executorContract } from '../../contracts/executor-contract.ts'

// The software adapter has subgroups and packed products: without options every kernel takes them. Packed, activations are rounded like
// those of the WASM kernels: to two bytes for int8, to one for int4.
describe('WebGPU executor with all that the GPU has', () => {
  executorContract({ factory: webgpuExecutor, tolerance: { f32: 2e-5, f16: 2e-5, int8: 5e-4, int4: 8e-2 } })
})

describe('WebGPU executor in the plain way', () => {
  const factory = createWebgpuFactory({ packed: false, subgroups: false })
  executorContract({ factory, tolerance: { f32: 2e-5, f16: 2e-5, int8: 2e-5, int4: 2e-5 } })
})

describe('WebGPU executor beside WASM', () => {
  const tolerance = { f32: 2e-5, f16: 2e-5, int8: 8e-2, int4: 8e-2 }
  cacheContract({ factory: webgpuExecutor, other: wasmExecutor, tolerance })
})
