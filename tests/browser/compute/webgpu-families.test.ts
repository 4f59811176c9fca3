import { describe } from 'vitest'
import { createWebgpuFactory } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { familyContract } from '../../contracts/family-contract.ts'

// int8: the random MobileBERT, which nothing norms, reaches values of 6,000 and so sharp a softmax that the reference's own sums on
// four ranks are 1e-5 off, and a GPU's exp (good to 3 + 2 |x| units in the last place) 4e-5.
const tolerance = { f32: 2e-5, f16: 2e-5, int8: 6e-5, int4: 2e-5 }

describe('WebGPU executor', () => {
  familyContract({ factory: createWebgpuFactory({ packed: false }), tolerance })
})
