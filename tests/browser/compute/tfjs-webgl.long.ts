// `npm run test:webgl`.
import { describe } from 'vitest'
import { createTfjsFactory } from '../../../src/compute/tfjs/tfjs-factory.ts'
import { familyContract } from '../../contracts/family-contract.ts'

describe('TensorFlow.js executor, in WebGL', () => {
  familyContract({
    factory: createTfjsFactory('webgl'),
    tolerance: { f32: 2e-5, f16: 2e-5, int8: 6e-5, int4: 2e-5 },
  })
})
