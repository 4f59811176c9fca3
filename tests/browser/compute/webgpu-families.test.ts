import { describe, expect, test } from 'vitest'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { createWebgpuFactory, webgpuExecutor } from '../../../src/compute/webgpu/webgpu-executor.ts'
import { familyContract } from '../../contracts/family-contract.ts'
import { difference, load, whole } from '../../support/contract-ranks.ts'
import { mobileBertLike } from '../../support/family-configs.ts'
import { tinyModel } from '../../support/tiny-model.ts'

// int8: the random MobileBERT, which nothing norms, reaches values of 6,000 and so sharp a softmax that the reference's own sums on
// four ranks are 1e-5 off, and a GPU's exp (good to 3 + 2 |x| units in the last place) 4e-5.
const tolerance = { f32: 2e-5, f16: 2e-5, int8: 6e-5, int4: 2e-5 }

describe('WebGPU executor', () => {
  familyContract({ factory: createWebgpuFactory({ packed: false }), tolerance })
})

// Activations of one byte were 0.39 off after two layers.
test('packed products take activations of two bytes where nothing norms them', async () => {
  const model = tinyModel(mobileBertLike(), 'int4', 12)
  const oracle = await load(model, whole(model.config), referenceExecutor)
  const subject = await load(model, whole(model.config), webgpuExecutor)
  const tokens = Array.from({ length: 61 }, (_, i) => (i * 37 + 3) % 101)
  const [expected, actual] = [await oracle.run(tokens, 0), await subject.run(tokens, 0)]
  expect(difference([actual.hidden], [expected.hidden])).toBeLessThan(1e-2)
  expect(difference(actual.logits, expected.logits)).toBeLessThan(1e-2)
  subject.close()
  oracle.close()
})
