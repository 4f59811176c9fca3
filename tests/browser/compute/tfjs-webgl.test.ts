import { describe, expect, test } from 'vitest'
import { createTfjsFactory } from '../../../src/compute/tfjs/tfjs-factory.ts'
import { executorContract } from '../../contracts/executor-contract.ts'
import { familyContract } from '../../contracts/family-contract.ts'
import { memoryContract } from '../../contracts/memory-contract.ts'

const factory = createTfjsFactory('webgl')

// WebGL compiles a program for every shape, 2,600 for all that the family contract asks: the whole of it is in tfjs-webgl.long.ts.
describe('TensorFlow.js executor, in WebGL', () => {
  const options = { factory, tolerance: { f32: 2e-5, f16: 2e-5, int8: 6e-5, int4: 2e-5 } }
  executorContract(options)
  familyContract({ ...options, sampled: true })
  memoryContract(factory)
})

test('says what it runs on', async () => {
  expect(await factory.describe(1)).toBe('TensorFlow.js on webgl, float32')
})
