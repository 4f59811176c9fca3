import { describe } from 'vitest'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { checkpointContract } from '../../contracts/checkpoint-contract.ts'

describe('WebGPU executor', () => {
  checkpointContract(webgpuExecutor)
})
