// What every executor must do with the models that are no LLaMA: biases, norms of all kinds, windows, masks, bottlenecks. As in
// executor-contract.ts the reference on one rank says what is right.
import { expect, test } from 'vitest'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import type { ModelConfig } from '../../src/model/config.ts'
import type { TensorFormat } from '../../src/model/tensor.ts'
import { type ContractOptions, difference, load, whole } from '../support/contract-ranks.ts'
import { bertLike, gptLike, mistralLike, mobileBertLike, qwenLike } from '../support/family-configs.ts'
import { shardsByHand, tinyModel } from '../support/tiny-model.ts'

interface Case {
  title: string
  config: ModelConfig
  /** Per rank: end of query heads, FFN columns, vocabulary rows. */
  ends: [number, number, number][]
  formats: TensorFormat[]
}

const every: TensorFormat[] = ['f32', 'f16', 'int8', 'int4']
const three: [number, number, number][] = [
  [1, 32, 37],
  [3, 33, 38],
  [6, 160, 101],
]
const alone: [number, number, number][] = [[6, 160, 101]]
const four = [1, 2, 3, 4].map((end): [number, number, number] => [end, 40 * end, end === 4 ? 101 : 25 * end])
/** Sizes that fill no vector and no group of rows. */
const odd = { hiddenSize: 30, headCount: 3, kvHeadCount: 3, headSize: 5, ffnSize: 23 }
const oddEnds: [number, number, number][] = [
  [1, 7, 51],
  [3, 23, 101],
]

const decoders: Case[] = [
  { title: 'GPT-2 alone', config: gptLike(), ends: alone, formats: every },
  { title: 'GPT-2 on three ranks', config: gptLike(), ends: three, formats: every },
  { title: 'GPT-2 in odd sizes', config: gptLike({ ...odd, tiedEmbeddings: false }), ends: oddEnds, formats: ['f32'] },
  { title: 'Qwen on three ranks', config: qwenLike(), ends: three, formats: every },
  { title: 'Mistral on three ranks', config: mistralLike(), ends: three, formats: every },
]

const encoders: Case[] = [
  { title: 'BERT alone', config: bertLike(), ends: alone, formats: every },
  { title: 'BERT on three ranks', config: bertLike(), ends: three, formats: ['int4'] },
  {
    title: 'BERT in odd sizes, without a head',
    config: bertLike({ ...odd, head: 'none', embedding: { size: 30, trigram: false, tokenTypeCount: 2, norm: true } }),
    ends: oddEnds,
    formats: ['f32'],
  },
  { title: 'MobileBERT alone', config: mobileBertLike(), ends: [[4, 160, 101]], formats: ['f16', 'int8'] },
  { title: 'MobileBERT on four ranks', config: mobileBertLike(), ends: four, formats: ['f32', 'int4'] },
  {
    title: 'MobileBERT whose queries and keys share no bottleneck',
    config: mobileBertLike({ bottleneck: { size: 64, sharedKeyQuery: false }, feedForwardsPerLayer: 1 }),
    ends: four,
    formats: ['f32', 'int8'],
  },
  {
    title: 'MobileBERT with its own output head and a rank that holds nothing',
    config: mobileBertLike({ tiedEmbeddings: false }),
    ends: [
      [0, 0, 0],
      [4, 160, 101],
    ],
    formats: ['f32', 'int8'],
  },
]

/** The first case of each architecture, in one format. */
function sampleOf(cases: readonly Case[]): Case[] {
  const seen = new Set<string>()
  return cases.flatMap(({ formats, ...one }) => {
    const { family } = one.config
    if (seen.has(family)) return []
    seen.add(family)
    return [{ ...one, formats: formats.slice(-1) }]
  })
}

const tokensFor = (length: number) => Array.from({ length }, (_, i) => (i * 37 + 3) % 101)

/** Registers the suite; call it inside a `describe`. */
export function familyContract({ factory, threads = 1, tolerance, sampled = false }: ContractOptions): void {
  const pair = async (config: ModelConfig, ends: [number, number, number][], format: TensorFormat, seed: number) => {
    const model = tinyModel(config, format, seed)
    const oracle = await load(model, whole(config), referenceExecutor)
    const subject = await load(model, shardsByHand(config, ends), factory, threads)
    const close = () => {
      subject.close()
      oracle.close()
    }
    return { oracle, subject, close }
  }

  for (const { title, config, ends, formats } of sampled ? sampleOf(decoders) : decoders) {
    test.each(formats)(`gives the reference's logits of ${title}: %s`, async (format) => {
      const { oracle, subject, close } = await pair(config, ends, format, 11)
      for (const [tokens, pastLength] of [[tokensFor(45), 0] as const, [[5], 45] as const, [[6, 99], 46] as const]) {
        const [expected, actual] = [
          await oracle.run([...tokens], pastLength),
          await subject.run([...tokens], pastLength),
        ]
        expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(tolerance[format])
        expect(difference([actual.hidden], [expected.hidden])).toBeLessThanOrEqual(tolerance[format])
      }
      close()
    })
  }

  for (const { title, config, ends, formats } of sampled ? sampleOf(encoders) : encoders) {
    test.each(formats)(`gives the reference's logits of ${title}, masked or not: %s`, async (format) => {
      const { oracle, subject, close } = await pair(config, ends, format, 12)
      const tokens = tokensFor(61)
      const tokenTypes = tokens.map((_, i) => (i < 20 ? 0 : 1))
      const masks = [
        undefined,
        tokens.map((_, i) => (i < 50 ? 1 : 0)),
        tokens.map((_, i) => i % 3),
        tokens.map(() => 0),
      ]
      for (const mask of masks) {
        const expected = await oracle.run(tokens, 0, [0, 33, 60], { mask, tokenTypes })
        const actual = await subject.run(tokens, 0, [0, 33, 60], { mask, tokenTypes })
        expect(difference([actual.hidden], [expected.hidden])).toBeLessThanOrEqual(tolerance[format])
        if (config.head !== 'none')
          expect(difference(actual.logits, expected.logits)).toBeLessThanOrEqual(tolerance[format])
      }
      const [shorter, answer] = [await oracle.run([7], 0), await subject.run([7], 0)]
      expect(difference([answer.hidden], [shorter.hidden])).toBeLessThanOrEqual(tolerance[format])
      close()
    })
  }

  if (sampled) return

  test('an encoder answers the same whatever stands behind the mask', async () => {
    const { subject, close } = await pair(bertLike(), alone, 'f32', 13)
    const mask = tokensFor(40).map((_, i) => (i < 34 ? 1 : 0))
    const texts = [tokensFor(40), tokensFor(40).map((token, i) => (i < 34 ? token : 1))]
    const seen = 34 * 96
    const [first, second] = [
      await subject.run(texts[0]!, 0, [], { mask }),
      await subject.run(texts[1]!, 0, [], { mask }),
    ]
    expect(difference([second.hidden.slice(0, seen)], [first.hidden.slice(0, seen)])).toBeLessThanOrEqual(2e-5)
    close()
  })

  test('an encoder takes a text of 512 tokens at once', async () => {
    const { oracle, subject, close } = await pair(bertLike({ contextLength: 512 }), alone, 'f32', 14)
    const tokens = tokensFor(512)
    const [expected, actual] = [await oracle.run(tokens, 0, [511]), await subject.run(tokens, 0, [511])]
    expect(difference([actual.hidden], [expected.hidden])).toBeLessThanOrEqual(tolerance.f32)
    await expect(subject.run([...tokens, 1], 0)).rejects.toMatchObject({ code: 'bad-input' })
    close()
  })

  test.each(['f32', 'int8'] as const)(
    'a window of 8 runs on over hundreds of positions, whose ring is overwritten again and again: %s',
    async (format) => {
      const { oracle, subject, close } = await pair(mistralLike(), three, format, 15)
      let pastLength = 0
      for (const length of [48, 128, 1, 1, 127, 1, 128, 33, 1, 1]) {
        const tokens = tokensFor(length)
        const expected = await oracle.run(tokens, pastLength, 'last')
        const actual = await subject.run(tokens, pastLength, 'last')
        expect(difference([actual.hidden], [expected.hidden])).toBeLessThanOrEqual(tolerance[format])
        pastLength += length
      }
      close()
    },
  )

  test('a window forgets positions after pastLength and answers as if they had never been', async () => {
    const { subject, close } = await pair(mistralLike(), alone, 'f32', 16)
    const text = tokensFor(300)
    for (const at of [0, 100, 200]) await subject.run(text.slice(at, at + 100), at, 'last')
    const rolledBack = await subject.run([1, 2], 300 - 128, 'last')
    const fresh = await pair(mistralLike(), alone, 'f32', 16)
    await fresh.subject.run(text.slice(0, 100), 0, 'last')
    await fresh.subject.run(text.slice(100, 172), 100, 'last')
    const expected = await fresh.subject.run([1, 2], 172, 'last')
    expect(difference(rolledBack.logits, expected.logits)).toBeLessThanOrEqual(2e-5)
    await expect(subject.run([1], 171 - 8)).rejects.toMatchObject({ code: 'internal' })
    const again = await subject.run(text.slice(0, 20), 0, 'last')
    const first = await fresh.subject.run(text.slice(0, 20), 0, 'last')
    expect(difference(again.logits, first.logits)).toBeLessThanOrEqual(2e-5)
    close()
    fresh.close()
  })

  test('a window refuses a step that is longer than its cache has room for', async () => {
    const { subject, close } = await pair(mistralLike(), alone, 'f32', 17)
    await expect(subject.run(tokensFor(129), 0)).rejects.toMatchObject({ code: 'internal' })
    close()
  })

  test.each([
    ['a position past its table', gptLike(), { positions: [64] }],
    ['a token type past its table', bertLike(), { tokenTypes: [2] }],
  ])('refuses %s', async (_, config, more) => {
    const { subject, close } = await pair(config, alone, 'f32', 18)
    await expect(subject.run([1], 0, 'all', more)).rejects.toMatchObject({ code: 'bad-input' })
    close()
  })
}
