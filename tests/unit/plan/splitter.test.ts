import { describe, expect, it } from 'vitest'
import { BLOCK_SIZE, type TensorFormat } from '../../../src/model/tensor.ts'
import { PlanImpossibleError } from '../../../src/plan/plan-impossible.ts'
import type { ShardPlan } from '../../../src/plan/shard-plan.ts'
import { MobileAdaptiveTensorSplitter, planShards } from '../../../src/plan/splitter.ts'
import { gptLike } from '../../support/family-configs.ts'
import { blockFormats, device, formatsOf, smollm2, stories260K } from '../../support/plan-models.ts'

const options = { modelId: 'smollm2', epoch: 7, formats: formatsOf(smollm2, 'int4', 'int8'), contextLength: 2048 }
const storiesOptions = { ...options, modelId: 'stories260K', formats: formatsOf(stories260K, 'f32') }
const equals = (count: number, memoryBytes = 1e9) =>
  Array.from({ length: count }, (_, index) => device(index, memoryBytes, 4e9))

const attention = ({ sublayers }: ShardPlan) =>
  sublayers[0]?.kind === 'attention'
    ? sublayers[0].ranks.map(({ queryHeads: q, kvHeads: k }) => [q.start, q.end, k.start, k.end])
    : []
const ffn = ({ sublayers }: ShardPlan) =>
  sublayers[1]?.kind === 'feedForward' ? sublayers[1].ranks.map(({ ffn: { start, end } }) => [start, end]) : []
const vocabulary = (plan: ShardPlan) => plan.vocabulary.map(({ start, end }) => [start, end])

function refusal(plan: () => unknown): PlanImpossibleError {
  try {
    plan()
  } catch (error) {
    if (error instanceof PlanImpossibleError) return error
    throw error
  }
  throw new Error('The plan was not refused.')
}

describe('planShards with shares', () => {
  it('cuts nine heads over three KV heads two to one', () => {
    const plan = planShards(smollm2, equals(2), { ...options, shares: [2, 1] })
    expect(attention(plan)).toEqual([
      [0, 6, 0, 2],
      [6, 9, 2, 3],
    ])
    expect(ffn(plan)).toEqual([
      [0, 1024],
      [1024, 1536],
    ])
    expect(vocabulary(plan)).toEqual([
      [0, 32_768],
      [32_768, 49_152],
    ])
    expect(plan).toMatchObject({ epoch: 7, topology: 'star', deviceIds: ['device-0', 'device-1'], contextLength: 2048 })
    expect(plan.sublayers).toHaveLength(60)
    expect(plan.sublayers.every(({ hold }) => hold === 'split')).toBe(true)
  })

  it('cuts query heads where there are more devices than KV heads', () => {
    const plan = planShards(smollm2, equals(4), { ...options, shares: [1, 1, 1, 1] })
    expect(attention(plan)).toEqual([
      [0, 3, 0, 1],
      [3, 5, 1, 2],
      [5, 7, 1, 3],
      [7, 9, 2, 3],
    ])
  })

  it('cuts 172 MLP columns into five blocks and a short one', () => {
    expect(ffn(planShards(stories260K, equals(3), { ...storiesOptions, shares: [1, 1, 1] }))).toEqual([
      [0, 64],
      [64, 128],
      [128, 172],
    ])
    expect(ffn(planShards(stories260K, equals(4), { ...storiesOptions, shares: [1, 1, 1, 1] }))).toEqual([
      [0, 64],
      [64, 128],
      [128, 160],
      [160, 172],
    ])
  })

  it('leaves a rank empty where its share is below a unit', () => {
    const plan = planShards(stories260K, equals(2), { ...storiesOptions, shares: [1000, 1] })
    expect(attention(plan)[1]).toEqual([8, 8, 4, 4])
    expect(ffn(plan)[1]).toEqual([172, 172])
  })

  it('does not look at speed', () => {
    const fast = [device(0, 1e9, 9e9), device(1, 1e9, 1e6)]
    const shares = [1, 1]
    expect(planShards(smollm2, fast, { ...options, shares }).sublayers).toEqual(
      planShards(smollm2, equals(2), { ...options, shares }).sublayers,
    )
  })

  it('refuses a share its device cannot hold, naming the device and both sizes', () => {
    const error = refusal(() =>
      planShards(smollm2, [device(0, 70e6, 4e9), device(1, 400e6, 4e9)], { ...options, shares: [2, 1] }),
    )
    expect(error.message).toMatch(/rank 0 \(Phone 0\) would hold 1\d\d\.\d MB of at most 70\.0 MB/)
    expect(error.message).toContain('Without shares the model fits')
    expect(error.missingBytes).toBeGreaterThan(30e6)
  })

  it.each([[[1]], [[1, 0]], [[1, -1]], [[1, 1.5]], [[1, 1, 1]]])('refuses shares %j for two devices', (shares) => {
    expect(() => planShards(smollm2, equals(2), { ...options, shares })).toThrow(/one positive integer for each/)
  })
})

describe('planShards by speed', () => {
  it('gives one device everything', () => {
    const plan = planShards(smollm2, equals(1), options)
    expect(attention(plan)).toEqual([[0, 9, 0, 3]])
    expect(ffn(plan)).toEqual([[0, 1536]])
    expect(vocabulary(plan)).toEqual([[0, 49_152]])
    expect(plan.topology).toBe('solo')
  })

  it('predicts for one device its weight bytes and one embedding row over its measured speed', () => {
    const plan = planShards(smollm2, [device(0, 1e9, 1e9)], options)
    const embeddingRow = (576 / BLOCK_SIZE) * 34
    expect(plan.predictedStepMs).toBeCloseTo((plan.weightBytes[0]! + embeddingRow) / 1e6, 9)
  })

  it('gives a device twice as fast twice as much, and predicts the step of the slowest', () => {
    const plan = planShards(smollm2, [device(0, 1e9, 8e9), device(1, 1e9, 4e9)], options)
    expect(ffn(plan)).toEqual([
      [0, 1024],
      [1024, 1536],
    ])
    const alone = planShards(smollm2, [device(0, 1e9, 8e9)], options).predictedStepMs
    expect(plan.predictedStepMs / alone).toBeCloseTo(2 / 3, 2)
  })

  it('fills a fast device to its memory and gives the rest to the slow one', () => {
    const plan = planShards(smollm2, [device(0, 75e6, 8e9), device(1, 200e6, 4e9)], options)
    expect(plan.memoryBytes[0]).toBeLessThanOrEqual(75e6)
    expect(plan.memoryBytes[0]).toBeGreaterThan(70e6)
    expect(plan.memoryBytes[1]).toBeGreaterThan(plan.memoryBytes[0]!)
  })

  it('counts the whole embedding on the leader and only vocabulary rows elsewhere', () => {
    const plan = planShards(smollm2, equals(2), options)
    const embedding = 49_152 * (576 / BLOCK_SIZE) * 34
    const layers = (planShards(smollm2, equals(1), options).weightBytes[0]! - embedding) * (2 / 3)
    expect(plan.weightBytes[0]).toBeGreaterThan(embedding)
    expect(plan.weightBytes[1]).toBeLessThan(embedding / 2 + layers)
  })

  it('counts a tied leader’s vocabulary rows twice on WebGPU, where it embeds in main memory, and a member’s once', () => {
    const onGpu = equals(2).map((profile) => ({ ...profile, executor: 'webgpu' as const }))
    const shares = [2, 1]
    const [plain, twice] = [equals(2), onGpu].map((profiles) => planShards(smollm2, profiles, { ...options, shares }))
    const rows = plain!.vocabulary[0]!.end * (576 / BLOCK_SIZE) * 34
    expect(twice!.weightBytes).toEqual([plain!.weightBytes[0]! + rows, plain!.weightBytes[1]])
    const untied = { ...smollm2, tiedEmbeddings: false }
    expect(planShards(untied, onGpu, options).weightBytes).toEqual(planShards(untied, equals(2), options).weightBytes)
  })

  it('takes units off a device that would hold a KV head more than its part, so that all fit', () => {
    const plan = planShards(smollm2, equals(4, 64e6), options)
    expect(Math.max(...planShards(smollm2, equals(4), options).memoryBytes)).toBeGreaterThan(64e6)
    expect(Math.max(...plan.memoryBytes)).toBeLessThanOrEqual(64e6)
  })

  it('gives the same plan under its public name', () => {
    expect(new MobileAdaptiveTensorSplitter().split(smollm2, equals(3), options)).toEqual(
      planShards(smollm2, equals(3), options),
    )
  })
})

describe('planShards refuses a plan no device can hold', () => {
  const refused = (memories: number[], change: Partial<typeof options> = {}) =>
    refusal(() =>
      planShards(
        smollm2,
        memories.map((memory, i) => device(i, memory, 4e9)),
        { ...options, ...change },
      ),
    )

  it('says how much is missing and how many more devices of each size would do', () => {
    const error = refused([75e6, 40e6])
    expect(error.message).toMatch(/^smollm2 does not fit on 2 devices offering 115\.0 MB: \d+\.\d MB are missing\./)
    const [, large, small] =
      /add (\d+) more devices? like Phone 0 \(75\.0 MB\), or add (\d+) more devices? like Phone 1/.exec(
        error.message,
      ) ?? []
    expect(Number(large)).toBeGreaterThan(0)
    expect(Number(small)).toBeGreaterThanOrEqual(Number(large))
    const enough = [75e6, 40e6, ...Array<number>(Number(small)).fill(40e6)]
    expect(() =>
      planShards(
        smollm2,
        enough.map((memory, i) => device(i, memory, 4e9)),
        options,
      ),
    ).not.toThrow()
    expect(refused(enough.slice(0, -1)).missingBytes).toBeGreaterThan(0)
  })

  it('names a shorter context that fits', () => {
    const found = /shorten the context from 2048 to (\d+) positions/.exec(refused([130e6]).message)
    expect(() => planShards(smollm2, equals(1, 130e6), { ...options, contextLength: Number(found?.[1]) })).not.toThrow()
  })

  it('names a smaller weight format that fits', () => {
    const formats = formatsOf(smollm2, 'f32')
    expect(refused([300e6], { formats }).message).toContain('hold the weights as int8')
    expect(refused([150e6], { formats }).message).toContain('hold the weights as int4')
  })

  it('counts tables that are always floats as floats in the formats that it names', () => {
    const gpt = gptLike({ contextLength: 4096 })
    const request = (memory: number, weights: TensorFormat) => () =>
      planShards(gpt, equals(1, memory), { ...options, formats: blockFormats(gpt, weights), contextLength: 128 })
    const [needed] = planShards(gpt, equals(1), {
      ...options,
      formats: blockFormats(gpt, 'int4'),
      contextLength: 128,
    }).memoryBytes
    expect(refusal(request(needed!, 'f32')).message).toContain('hold the weights as int4')
    expect(refusal(request(needed! - 1, 'f32')).message).not.toContain('hold the weights')
  })

  it('asks for another leader where the first cannot hold the embedding', () => {
    const error = refused([20e6, 400e6])
    expect(error.message).toContain('The leader alone needs')
    expect(error.message).toContain('start the room on Phone 1')
  })

  it('does not promise that devices help where they do not', () => {
    const { message } = refused([4e6])
    expect(message).toContain('choose a smaller model')
    expect(message).not.toContain('add ')
  })

  it.each([
    ['no devices', []],
    ['a speed of zero', [device(0, 1e9, 0)]],
    ['a speed that is no number', [device(0, 1e9, Number.NaN)]],
    ['negative memory', [device(0, -1, 1e9)]],
  ])('refuses %s as bad input', (_, profiles) => {
    expect(() => planShards(smollm2, profiles, options)).toThrow(expect.objectContaining({ code: 'bad-input' }))
  })
})
