// Bytes of a shard on its executor; those of weights are held to the file's in the executors' own tests.
import { expect, it } from 'vitest'
import type { ExecutorKind } from '../../../src/plan/device-profile.ts'
import { shardMemory } from '../../../src/plan/plan-memory.ts'
import { shardOf } from '../../../src/plan/shard-plan.ts'
import type { TensorFormats } from '../../../src/plan/shard-tensors.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { device, formatsOf, smollm2 } from '../../support/plan-models.ts'

const values = 2 * 30 * 3 * 64 * 2048

function kvBytes(formats: TensorFormats, executor: ExecutorKind): number {
  const options = { modelId: 'any', epoch: 1, formats, contextLength: 2048 }
  const plan = planShards(smollm2, [{ ...device(0, 2e9, 4e9), executor }], options)
  return shardMemory(smollm2, shardOf(plan, 0), formats, executor).kvBytes
}

it('counts keys and values as halves on WASM where their weights are quantized', () => {
  expect(kvBytes(formatsOf(smollm2, 'int4', 'f16'), 'wasm')).toBe(2 * values)
  expect(kvBytes(formatsOf(smollm2, 'f16', 'int8'), 'wasm')).toBe(4 * values)
  expect(kvBytes(formatsOf(smollm2, 'int8'), 'webgpu')).toBe(4 * values)
})

it('counts all of them as floats where one layer has floats, as one cache holds all', () => {
  expect(kvBytes({ ...formatsOf(smollm2, 'int8'), 'value.29': 'f16' }, 'wasm')).toBe(4 * values)
})

it('plans each device by what its own executor keeps', () => {
  const formats = formatsOf(smollm2, 'int4', 'int8')
  const room = (executor: ExecutorKind) => [device(0, 1e9, 4e9), { ...device(1, 1e9, 4e9), executor }]
  const options = { modelId: 'any', epoch: 1, formats, contextLength: 2048, shares: [2, 1] }
  const [inHalves, inFloats] = [
    planShards(smollm2, room('wasm'), options),
    planShards(smollm2, room('webgpu'), options),
  ]
  expect(inFloats.memoryBytes[0]).toBe(inHalves.memoryBytes[0])
  expect(inFloats.memoryBytes[1]! - inHalves.memoryBytes[1]!).toBe((2 * values) / 3)
})
