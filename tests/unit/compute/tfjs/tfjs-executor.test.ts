import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { createTfjsFactory } from '../../../../src/compute/tfjs/tfjs-factory.ts'
import { executorContract } from '../../../contracts/executor-contract.ts'
import { familyContract } from '../../../contracts/family-contract.ts'
import { memoryContract } from '../../../contracts/memory-contract.ts'
import { load, whole } from '../../../support/contract-ranks.ts'
import { tinyConfig, tinyModel } from '../../../support/tiny-model.ts'

const factory = createTfjsFactory('cpu')

describe('TensorFlow.js executor, in JavaScript', () => {
  const options = { factory, tolerance: { f32: 2e-5, f16: 2e-5, int8: 6e-5, int4: 2e-5 } }
  executorContract(options)
  familyContract(options)
  memoryContract(factory)
})

test('steps leave no tensor behind but the cache, and close leaves none', async () => {
  const before = tf.memory().numTensors
  const model = tinyModel(tinyConfig(), 'f32')
  const ensemble = await load(model, whole(model.config), factory)
  await ensemble.run([1, 2, 3], 0)
  const held = tf.memory().numTensors
  for (const past of [3, 4, 5]) await ensemble.run([past], past)
  expect(tf.memory().numTensors).toBe(held)
  ensemble.close()
  expect(tf.memory().numTensors).toBe(before)
})

test('says what it runs on, and refuses where its backend does not run', async () => {
  expect(await factory.describe(1)).toBe('TensorFlow.js on cpu, float32')
  await expect(createTfjsFactory('webgl').describe(1)).rejects.toMatchObject({ code: 'no-executor' })
})
