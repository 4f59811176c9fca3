// What an executor must do that shares a conversation with another: keys and values go over, and the next token comes out as if the other
// had read all by itself. The reference executor is the other.
import { expect, test } from 'vitest'
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { createPhasedFactory } from '../../src/compute/phased/phased-factory.ts'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import type { ModelConfig } from '../../src/model/config.ts'
import type { TensorFormat } from '../../src/model/tensor.ts'
import { type ContractOptions, difference, load, whole } from '../support/contract-ranks.ts'
import { mistralLike } from '../support/family-configs.ts'
import { shardsByHand, tinyConfig, tinyModel } from '../support/tiny-model.ts'

interface Case {
  title: string
  config: ModelConfig
  ends: [number, number, number][]
  format: TensorFormat
}

const alone: [number, number, number][] = [[6, 160, 101]]
const cases: Case[] = [
  { title: 'grouped queries', config: tinyConfig(), ends: alone, format: 'f32' },
  { title: 'quantized weights', config: tinyConfig(), ends: alone, format: 'int8' },
  { title: 'a window of 8', config: mistralLike(), ends: alone, format: 'f32' },
  {
    title: 'ranks that cut a KV head’s queries, one that holds nothing',
    config: mistralLike(),
    ends: [
      [1, 32, 37],
      [1, 32, 37],
      [6, 160, 101],
    ],
    format: 'int8',
  },
]

/** More positions than a chunk of WASM's cache has. */
const long = tinyConfig({ contextLength: 300 })

/** Tokens, and how many before them stay: questions of many tokens, answers of one, and ways back. */
const conversation: [count: number, pastLength: number][] = [
  [20, 0],
  [1, 20],
  [1, 21],
  [9, 22],
  [1, 31],
  [1, 25],
  [8, 20],
  [1, 24],
  [1, 25],
  [6, 24],
  [10, 0],
  [1, 10],
]

const tokensFrom = (start: number, count: number) =>
  Array.from({ length: count }, (_, i) => ((start + i) * 37 + 3) % 101)

/** Registers the suite; call it inside a `describe`. What `other` computes is within the tolerance, too. */
export function cacheContract({
  factory,
  other = referenceExecutor,
  threads = 1,
  tolerance,
}: ContractOptions & { other?: ExecutorFactory }): void {
  for (const { title, config, ends, format } of cases)
    for (const [who, prefill, decode] of [
      ['reads what the other goes on from', factory, other],
      ['goes on from what the other read', other, factory],
    ] as const)
      test(`${who}: ${title}`, async () => {
        const model = tinyModel(config, format, 21)
        const oracle = await load(model, whole(config), referenceExecutor)
        const phased = createPhasedFactory({ prefill, decode, promptTokens: 6 })
        const subject = await load(model, shardsByHand(config, ends), phased, threads)
        for (const [count, pastLength] of conversation) {
          const tokens = tokensFrom(7 * count + pastLength, count)
          const expected = await oracle.run(tokens, pastLength)
          const actual = await subject.run(tokens, pastLength)
          expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(tolerance[format])
        }
        subject.close()
        oracle.close()
      })

  test('moves a ring that was overwritten more than once, and a conversation over several chunks of a cache', async () => {
    for (const [config, counts] of [
      [mistralLike(), [128, 128, 1, 1, 120, 3]],
      [long, [128, 1, 6, 1]],
    ] as const) {
      const model = tinyModel(config, 'f32', 22)
      const oracle = await load(model, whole(config), referenceExecutor)
      const phased = createPhasedFactory({ prefill: factory, decode: other, promptTokens: 6 })
      const subject = await load(model, whole(config), phased, threads)
      let pastLength = 0
      for (const count of counts) {
        const tokens = tokensFrom(pastLength, count)
        const expected = await oracle.run(tokens, pastLength, 'last')
        const actual = await subject.run(tokens, pastLength, 'last')
        expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(tolerance.f32)
        pastLength += count
      }
      subject.close()
      oracle.close()
    }
  })

  test('read and written to another of its kind, its cache gives the same bits', async () => {
    const model = tinyModel(long, 'f32', 23)
    const [first, second] = [
      await load(model, whole(long), factory, threads),
      await load(model, whole(long), factory, threads),
    ]
    const positions = { start: 0, end: 120 }
    await first.run(tokensFrom(0, 120), 0, 'last')
    const [from, to] = [first.ranks[0]!.cache!, second.ranks[0]!.cache!]
    const moved = await from.read(positions)
    to.write(positions, moved)
    expect(await to.read(positions)).toEqual(moved)
    expect(await second.run([5], 120, 'last')).toEqual(await first.run([5], 120, 'last'))
    await expect(to.read({ start: 110, end: 122 })).rejects.toMatchObject({ code: 'internal' })
    to.write({ start: 200, end: 201 }, moved.slice(0, moved.length / 120))
    await expect(second.run([5], 120, 'last')).rejects.toMatchObject({ code: 'internal' })
    first.close()
    second.close()
  })
}
