// What every executor must do, whatever it runs on. An implementation's own test calls `executorContract` with its factory; the
// reference executor on one rank says what is right. Ranks run in lockstep here and the sums are made by hand: no network.
import { expect, test } from 'vitest'
import type { Executor } from '../../src/compute/executor.ts'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import type { ModelConfig } from '../../src/model/config.ts'
import type { TensorFormat } from '../../src/model/tensor.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { type ContractOptions, difference, load, whole } from '../support/contract-ranks.ts'
import { shardsByHand, tinyConfig, tinyModel, writeAll } from '../support/tiny-model.ts'

interface Case {
  title: string
  config: ModelConfig
  /** Per rank: end of query heads, FFN columns, vocabulary rows. */
  ends: [number, number, number][]
  formats: TensorFormat[]
  ropeFactors?: boolean
}

const every: TensorFormat[] = ['f32', 'f16', 'int8', 'int4']

const cases: Case[] = [
  { title: 'one rank', config: tinyConfig(), ends: [[6, 160, 101]], formats: every },
  {
    title: 'two uneven ranks',
    config: tinyConfig(),
    ends: [
      [4, 96, 60],
      [6, 160, 101],
    ],
    formats: every,
  },
  {
    title: 'more ranks than KV heads, cut inside quantization blocks',
    config: tinyConfig(),
    ends: [
      [1, 32, 20],
      [3, 64, 50],
      [4, 128, 70],
      [6, 160, 101],
    ],
    formats: every,
  },
  {
    title: 'a rank that holds nothing',
    config: tinyConfig(),
    ends: [
      [6, 160, 101],
      [6, 160, 101],
    ],
    formats: ['f32', 'int4'],
  },
  {
    title: 'a leader that holds nothing but the embedding',
    config: tinyConfig({ tiedEmbeddings: true }),
    ends: [
      [0, 0, 0],
      [6, 160, 101],
    ],
    formats: ['f32', 'int8'],
  },
  {
    title: 'tied embeddings',
    config: tinyConfig({ tiedEmbeddings: true }),
    ends: [
      [2, 64, 37],
      [6, 160, 101],
    ],
    formats: every,
  },
  {
    title: 'an FFN that is no multiple of a block, heads of 8',
    config: tinyConfig({
      hiddenSize: 64,
      headCount: 8,
      kvHeadCount: 4,
      headSize: 8,
      ffnSize: 172,
      positions: { kind: 'rope', theta: 10000, layout: 'interleaved', rotatedSize: 8, scaling: { kind: 'none' } },
    }),
    ends: [
      [2, 64, 10],
      [6, 160, 64],
      [8, 172, 101],
    ],
    formats: every,
  },
  {
    title: 'interleaved RoPE with factors from the file',
    config: tinyConfig({
      positions: {
        kind: 'rope',
        theta: 500000,
        layout: 'interleaved',
        rotatedSize: 16,
        scaling: { kind: 'linear', factor: 2 },
      },
    }),
    ends: [
      [2, 64, 50],
      [6, 160, 101],
    ],
    formats: ['f32', 'int8'],
    ropeFactors: true,
  },
  {
    title: 'heads that do not fill the hidden size, rotated in part',
    config: tinyConfig({
      hiddenSize: 64,
      headCount: 9,
      kvHeadCount: 3,
      headSize: 32,
      ffnSize: 96,
      positions: { kind: 'rope', theta: 10000, layout: 'half-split', rotatedSize: 16, scaling: { kind: 'none' } },
    }),
    ends: [
      [6, 32, 50],
      [9, 96, 101],
    ],
    formats: ['f32', 'int4'],
  },
]

const prompt = [3, 97, 15, 0, 100, 42, 42, 7, 64, 11, 81]

/** Registers the suite; call it inside a `describe`. */
export function executorContract({ factory, threads = 1, tolerance }: ContractOptions): void {
  for (const { title, config, ends, formats, ropeFactors } of cases) {
    test.each(formats)(`gives the reference's logits with ${title}: %s`, async (format) => {
      const model = tinyModel(config, format, 7, ropeFactors)
      const oracle = await load(model, whole(config), referenceExecutor)
      const subject = await load(model, shardsByHand(config, ends), factory, threads)
      try {
        const [expected, actual] = [await oracle.run(prompt, 0), await subject.run(prompt, 0)]
        expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(tolerance[format])
        expect(difference([actual.hidden], [expected.hidden])).toBeLessThanOrEqual(tolerance[format])
        for (const [i, token] of [5, 6, 99].entries()) {
          const at = prompt.length + i
          const next = [await oracle.run([token], at, 'last'), await subject.run([token], at, 'last')] as const
          expect(difference(next[1].logits, next[0].logits)).toBeLessThanOrEqual(tolerance[format])
        }
      } finally {
        subject.close()
        oracle.close()
      }
    })
  }

  test('decodes token by token what it computes in one step', async () => {
    const model = tinyModel(tinyConfig(), 'int4', 3)
    const subject = await load(model, whole(model.config), factory, threads)
    const atOnce = await subject.run(prompt, 0)
    const oneByOne: Float32Array[] = []
    for (const [i, token] of prompt.entries()) oneByOne.push((await subject.run([token], i, 'last')).logits[0]!)
    expect(difference(oneByOne, atOnce.logits)).toBeLessThanOrEqual(2e-5)
    subject.close()
  })

  test('forgets positions after pastLength and answers as if they had never been', async () => {
    const model = tinyModel(tinyConfig(), 'f32', 4)
    const subject = await load(model, whole(model.config), factory, threads)
    await subject.run(prompt, 0)
    const rolledBack = await subject.run([1, 2], 4, 'last')
    const fresh = await load(model, whole(model.config), factory, threads)
    const expected = await fresh.run([...prompt.slice(0, 4), 1, 2], 0, 'last')
    expect(difference(rolledBack.logits, expected.logits)).toBeLessThanOrEqual(2e-5)
    subject.close()
    fresh.close()
  })

  test('gives the rows asked for, in the order asked', async () => {
    const model = tinyModel(tinyConfig(), 'f32', 5)
    const subject = await load(model, whole(model.config), factory, threads)
    const all = await subject.run(prompt, 0)
    const some = await subject.run(prompt, 0, [9, 2])
    expect(difference(some.logits, [all.logits[9]!, all.logits[2]!])).toBeLessThanOrEqual(2e-5)
    subject.close()
  })

  test('runs a long prompt up to the last position of the context and refuses one more', async () => {
    const model = tinyModel(tinyConfig(), 'int8', 6)
    const oracle = await load(model, whole(model.config), referenceExecutor)
    const subject = await load(model, whole(model.config), factory, threads)
    const long = Array.from({ length: 64 }, (_, i) => (i * 37) % 101)
    const [expected, actual] = [await oracle.run(long, 0, 'last'), await subject.run(long, 0, 'last')]
    expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(tolerance.int8)
    await expect(subject.run([1], 64)).rejects.toMatchObject({ code: 'bad-input' })
    subject.close()
    oracle.close()
  })

  test('refuses a token outside the vocabulary', async () => {
    const model = tinyModel(tinyConfig(), 'f32')
    const subject = await load(model, whole(model.config), factory, threads)
    await expect(subject.run([101], 0)).rejects.toMatchObject({ code: 'bad-input' })
    subject.close()
  })

  test('refuses to finish while a tensor is incomplete', async () => {
    const model = tinyModel(tinyConfig(), 'int4')
    const shard = whole(model.config)[0]!
    const tensors = shardTensors(model.config, shard, model.formats)
    const loader = await factory.create({ config: model.config, shard, tensors, threads })
    await writeAll(model, tensors.slice(1), loader)
    await expect(loader.finish()).rejects.toMatchObject({ code: 'model-format' })
    loader.close()
  })

  test('counts the bytes it holds: blocks take about their file size', async () => {
    const model = tinyModel(tinyConfig({ layerCount: 4 }), 'int4')
    const shard = whole(model.config)[0]!
    const subject = await load(model, [shard], factory, threads)
    const fileBytes = shardTensors(model.config, shard, model.formats).reduce(
      (sum, tensor) => sum + model.cut(tensor).length,
      0,
    )
    const [{ weightBytes, peakBytes }] = subject.memory as [Executor['memory']]
    expect(weightBytes).toBeGreaterThanOrEqual(fileBytes * 0.9)
    if (factory.kind !== 'reference' && !factory.kind.startsWith('tfjs'))
      expect(weightBytes).toBeLessThanOrEqual(fileBytes * 1.35)
    expect(peakBytes).toBeGreaterThanOrEqual(weightBytes)
    subject.close()
  })
}
