import { describe } from 'vitest'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import { cacheContract } from './cache-contract.ts'
import { checkpointContract } from './checkpoint-contract.ts'
import { executorContract } from './executor-contract.ts'
import { familyContract } from './family-contract.ts'
import { memoryContract } from './memory-contract.ts'

describe('the reference executor', () => {
  const options = { factory: referenceExecutor, tolerance: { f32: 2e-5, f16: 2e-5, int8: 2e-5, int4: 2e-5 } }
  executorContract(options)
  familyContract(options)
  cacheContract(options)
  checkpointContract(referenceExecutor)
  memoryContract(referenceExecutor)
})
