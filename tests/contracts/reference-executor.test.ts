import { describe } from 'vitest'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import { checkpointContract } from './checkpoint-contract.ts'
import { executorContract } from './executor-contract.ts'

describe('the reference executor', () => {
  executorContract({ factory: referenceExecutor, tolerance: { f32: 2e-5, f16: 2e-5, int8: 2e-5, int4: 2e-5 } })
  checkpointContract(referenceExecutor)
})
