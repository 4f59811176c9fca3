import { webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { memoryContract } from '../../contracts/memory-contract.ts'

memoryContract(webgpuExecutor)
