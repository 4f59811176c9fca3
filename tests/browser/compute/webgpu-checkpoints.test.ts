import { describe } from 'vitest'
import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { checkpointContract } from '../../contracts/checkpoint-contract.ts'

// On a software adapter every rank compiles its kernels anew: the fewest and the most ranks; the family contract has three.
describe('WebGPU executor', () => {
  checkpointContract(webgpuExecutor, [[1], [1, 1, 2, 1]])
})
