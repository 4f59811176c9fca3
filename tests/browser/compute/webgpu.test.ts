import { describe } from 'vitest'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { executorContract } from '../../contracts/executor-contract.ts'

describe('WebGPU executor', () => {
  executorContract({ factory: webgpuExecutor, tolerance: { f32: 2e-5, f16: 2e-5, int8: 2e-5, int4: 2e-5 } })
})
