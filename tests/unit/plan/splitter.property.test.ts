// What holds of every plan, for any model shape, any number of devices, any speeds and memories.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEmpty, type Range, range, rangeLength, tilesExactly } from '../../../src/base/ranges.ts'
import type { ModelConfig } from '../../../src/model/config.ts'
import { type ModelTensor, modelTensors } from '../../../src/model/model-tensors.ts'
import { BLOCK_SIZE, FORMAT_LAYOUT, type ShardTensor, tensorKey } from '../../../src/model/tensor.ts'
import type { DeviceProfile, ExecutorKind } from '../../../src/plan/device-profile.ts'
import { PlanImpossibleError } from '../../../src/plan/plan-impossible.ts'
import { shardMemory } from '../../../src/plan/plan-memory.ts'
import { type ShardPlan, shardOf } from '../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import { type PlanOptions, planShards } from '../../../src/plan/splitter.ts'
import { anyConfig } from '../../support/any-config.ts'
import { blockFormats, device, formatsOf, smollm2 } from '../../support/plan-models.ts'

fc.configureGlobal({ seed: 1 })

const anyExecutor = fc.constantFrom<ExecutorKind>('tfjs-cpu', 'tfjs-webgl', 'wasm', 'webgpu')
const anyDevices = fc
  .array(
    fc.tuple(fc.double({ min: 1e6, max: 1e11, noNaN: true }), fc.integer({ min: 0, max: 20_000_000 }), anyExecutor),
    { minLength: 1, maxLength: 20 },
  )
  .map((list) =>
    list.map(([speed, memoryBytes, executor], index) => ({ ...device(index, memoryBytes, speed), executor })),
  )
const anyShares = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 })

function optionsFor(config: ModelConfig): PlanOptions {
  return { modelId: 'any', epoch: 1, formats: blockFormats(config, 'int4'), contextLength: 64 }
}

/** Every claim a plan makes, checked against the config alone. */
function checkPlan(config: ModelConfig, profiles: readonly DeviceProfile[], options: PlanOptions, plan: ShardPlan) {
  const group = config.headCount / config.kvHeadCount
  expect(plan.sublayers).toHaveLength((1 + config.feedForwardsPerLayer) * config.layerCount)
  expect(tilesExactly(plan.vocabulary, config.head === 'none' ? 0 : config.vocabSize)).toBe(true)
  for (const sublayer of plan.sublayers) {
    expect(sublayer.ranks).toHaveLength(profiles.length)
    if (sublayer.kind === 'attention') {
      const queryHeads = sublayer.ranks.map((slice) => slice.queryHeads)
      expect(tilesExactly(queryHeads, config.headCount)).toBe(true)
      for (const slice of sublayer.ranks) {
        expect(kvHeadsOf(slice.queryHeads, group)).toEqual(isEmpty(slice.kvHeads) ? [] : headsIn(slice.kvHeads))
      }
    } else {
      const ranges = sublayer.ranks.map(({ ffn }) => ffn)
      expect(tilesExactly(ranges, config.ffnSize)).toBe(true)
      for (const { start } of ranges) if (start < config.ffnSize) expect(start % BLOCK_SIZE).toBe(0)
    }
  }
  const held = profiles.map((_, rank) => shardTensors(config, shardOf(plan, rank), options.formats))
  for (const [rank, { executor, memoryBytes }] of profiles.entries()) {
    const memory = shardMemory(config, shardOf(plan, rank), options.formats, executor)
    expect(plan.weightBytes[rank]).toBe(memory.weightBytes)
    expect(plan.memoryBytes[rank]).toBe(memory.totalBytes)
    expect(memory.totalBytes).toBeLessThanOrEqual(memoryBytes)
    for (const { format, columns } of held[rank]!) expect(columns.start % FORMAT_LAYOUT[format].blockSize).toBe(0)
  }
  for (const tensor of modelTensors(config)) expect(heldParts(tensor, held), tensorKey(tensor)).toEqual('all')
  expect(plan.predictedStepMs).toBeGreaterThan(0)
}

/** Does every row and column lie with some rank, whatever is added after the sum with every rank, and what embeds with the leader alone? */
function heldParts(tensor: ModelTensor, held: readonly ShardTensor[][]): string {
  const key = tensorKey(tensor)
  const parts = held.map((tensors) => tensors.find((part) => tensorKey(part) === key))
  const rows = parts.map((part) => part?.rows ?? range(0, 0))
  const columns = parts.map((part) => part?.columns ?? range(0, 0))
  const whole = (rank: number) =>
    rangeLength(rows[rank]!) === tensor.rows && rangeLength(columns[rank]!) === tensor.columns
  if (tensor.cut === 'leader') {
    const elsewhere = parts.slice(1).some((part) => part !== undefined)
    return whole(0) && !elsewhere ? 'all' : 'not with the leader alone'
  }
  if (tensor.cut === 'whole') return parts.every((_, rank) => whole(rank)) ? 'all' : 'not with every rank'
  return coveredLength(rows) === tensor.rows && coveredLength(columns) === tensor.columns ? 'all' : 'a gap'
}

/** Units in any of the ranges, which begin in order and may overlap. */
function coveredLength(ranges: readonly Range[]): number {
  let [next, length] = [0, 0]
  for (const { start, end } of ranges) {
    length += Math.max(0, end - Math.max(start, next))
    next = Math.max(next, end)
  }
  return length
}

const headsIn = ({ start, end }: Range) => Array.from({ length: end - start }, (_, i) => start + i)
const kvHeadsOf = (queryHeads: Range, group: number) => [
  ...new Set(headsIn(queryHeads).map((head) => Math.floor(head / group))),
]

describe('every plan', () => {
  it('tiles heads, columns and rows, covers the KV heads, falls on blocks and fits each memory, or is refused in words', () => {
    let planned = 0
    let refused = 0
    fc.assert(
      fc.property(anyConfig, anyDevices, (config, profiles) => {
        const options = optionsFor(config)
        let plan: ShardPlan
        try {
          plan = planShards(config, profiles, options)
        } catch (error) {
          expect(error).toBeInstanceOf(PlanImpossibleError)
          expect((error as PlanImpossibleError).missingBytes).toBeGreaterThan(0)
          refused++
          return
        }
        checkPlan(config, profiles, options, plan)
        planned++
      }),
      { numRuns: 300, seed: 1 },
    )
    expect(planned).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(5)
  })

  it('holds for any shares too', () => {
    fc.assert(
      fc.property(anyConfig, anyShares, (config, shares) => {
        const profiles = shares.map((_, index) => device(index, 1e12, 1e9))
        const options = { ...optionsFor(config), shares }
        checkPlan(config, profiles, options, planShards(config, profiles, options))
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  it('is the same plan every time, and survives JSON', () => {
    fc.assert(
      fc.property(anyConfig, anyDevices, (config, profiles) => {
        const roomy = profiles.map((profile) => ({ ...profile, memoryBytes: 1e12 }))
        const plan = planShards(config, roomy, optionsFor(config))
        expect(planShards(structuredClone(config), structuredClone(roomy), optionsFor(config))).toEqual(plan)
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
      }),
      { numRuns: 60, seed: 3 },
    )
  })

  it('fits one device that has exactly the bytes it needs, and not one byte less', () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        const options = optionsFor(config)
        const [needed] = planShards(config, [device(0, 1e12, 1e9)], options).memoryBytes
        expect(planShards(config, [device(0, needed!, 1e9)], options).memoryBytes).toEqual([needed])
        expect(() => planShards(config, [device(0, needed! - 1, 1e9)], options)).toThrow(PlanImpossibleError)
      }),
      { numRuns: 60, seed: 4 },
    )
  })
})

describe('a room of two or three devices', () => {
  it('holds SmolLM2 at most 1.25 times, however slow its leader', () => {
    const formats = formatsOf(smollm2, 'int4', 'int8')
    const options = { modelId: 'smollm2', epoch: 1, formats, contextLength: 2048 }
    const held = (speeds: readonly number[]) =>
      planShards(
        smollm2,
        speeds.map((speed, index) => device(index, 8e9, speed)),
        options,
      ).weightBytes.reduce((sum, bytes) => sum + bytes, 0)
    const alone = held([1e9])
    const anySpeeds = fc.array(fc.double({ min: 1e7, max: 1e11, noNaN: true }), { minLength: 2, maxLength: 3 })
    fc.assert(fc.property(anySpeeds, (speeds) => held(speeds) <= 1.25 * alone))
  })
})
