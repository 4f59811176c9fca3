// The whole contract is run on TensorFlow.js' JavaScript backend in Node; WebGL compiles a shader for every shape, so here it is one model.
import { expect, test } from 'vitest'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import { createTfjsFactory } from '../../../src/compute/tfjs/tfjs-factory.ts'
import { difference, load, whole } from '../../support/contract-ranks.ts'
import { shardsByHand, tinyConfig, tinyModel } from '../../support/tiny-model.ts'

test('TensorFlow.js in WebGL gives the reference’s logits over two ranks, in prefill and decode', async () => {
  const model = tinyModel(tinyConfig({ layerCount: 1 }), 'int8', 7)
  const factory = createTfjsFactory('webgl')
  expect(await factory.describe(1)).toBe('TensorFlow.js on webgl, float32')
  const ends: [number, number, number][] = [
    [4, 96, 60],
    [6, 160, 101],
  ]
  const oracle = await load(model, whole(model.config), referenceExecutor)
  const subject = await load(model, shardsByHand(model.config, ends), factory)
  for (const [tokens, past] of [
    [[3, 97, 15], 0],
    [[42], 3],
  ] as const) {
    const [expected, actual] = [await oracle.run([...tokens], past), await subject.run([...tokens], past)]
    expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(2e-5)
  }
  subject.close()
  oracle.close()
})
