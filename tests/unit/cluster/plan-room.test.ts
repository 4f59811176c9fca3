import { beforeAll, expect, it } from 'vitest'
import type { OpenedModel } from '../../../src/cluster/engine-protocol.ts'
import { planRoom } from '../../../src/cluster/plan-room.ts'
import { PlanImpossibleError } from '../../../src/plan/plan-impossible.ts'
import type { WeightWish } from '../../../src/weights/convert.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { coordinatorOptions } from '../../support/engine-room.ts'
import { diskSource } from '../../support/memory-source.ts'
import { device } from '../../support/plan-models.ts'

let model: OpenedModel
beforeAll(async () => {
  const { manifest } = await openGguf(diskSource('tests/fixtures/stories260K.gguf'), 'stories')
  const { config } = manifest
  model = {
    modelId: 'stories',
    manifest,
    config,
    hasTokenizer: true,
    hasTemplate: false,
    verified: 'digest',
  } as OpenedModel
})

const options = { ...coordinatorOptions, contextLength: 64 }

function planWithin(memoryBytes: number, weights: WeightWish = 'auto') {
  const devices = [0, 1].map((index) => device(index, memoryBytes, 1e9))
  return planRoom(model, devices, 1, { ...options, weights })
}

it('keeps what the file has while that fits', () => {
  expect(planWithin(2 ** 24).weights).toBe('auto')
})

it('takes smaller formats one after the other as memory gets short, each lighter than the one before', () => {
  const chosen = new Map<WeightWish, number>()
  for (let memoryBytes = 1_600_000; memoryBytes > 300_000; memoryBytes -= 10_000) {
    try {
      const { plan, weights } = planWithin(memoryBytes)
      expect(Math.max(...plan.memoryBytes)).toBeLessThanOrEqual(memoryBytes)
      if (!chosen.has(weights)) chosen.set(weights, plan.weightBytes[0]! + plan.weightBytes[1]!)
    } catch (error) {
      expect(error).toBeInstanceOf(PlanImpossibleError)
    }
  }
  expect([...chosen.keys()]).toEqual(['auto', 'f16', 'int8', 'int4'])
  const bytes = [...chosen.values()]
  for (const [index, total] of bytes.entries()) if (index > 0) expect(total).toBeLessThan(bytes[index - 1]!)
})

it('never takes another format than the one asked for', () => {
  expect(() => planWithin(700_000, 'f32')).toThrow(PlanImpossibleError)
  expect(planWithin(2 ** 24, 'int8').weights).toBe('int8')
})

it('says what is missing when not even the smallest fits', () => {
  expect(() => planWithin(10_000)).toThrow(/missing/)
})
