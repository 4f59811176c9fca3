import { expect, test } from 'vitest'
import type { ModelConfig } from '../../../../src/model/config.ts'
import type { ShardPlan } from '../../../../src/plan/shard-plan.ts'
import { planShards } from '../../../../src/plan/splitter.ts'
import { placeBands } from '../../../../web/room-work/map-layout.ts'
import { bandsOf } from '../../../../web/room-work/shard-areas.ts'
import { mobileBertLike } from '../../../support/family-configs.ts'
import { blockFormats, device, llamaConfig, smollm2 } from '../../../support/plan-models.ts'

function planOf(config: ModelConfig, shares: readonly number[]): ShardPlan {
  const options = { modelId: 'model', epoch: 1, formats: blockFormats(config, 'int8'), contextLength: 128, shares }
  return planShards(
    config,
    shares.map((_, index) => device(index, 400e9, 1e9)),
    options,
  )
}

const large = llamaConfig({
  layerCount: 96,
  hiddenSize: 12_288,
  headCount: 96,
  kvHeadCount: 96,
  headSize: 128,
  ffnSize: 49_152,
  vocabSize: 50_304,
  tiedEmbeddings: false,
})

test('equal layers are one band, and every byte of a plan has its place', () => {
  const plan = planOf(smollm2, [2, 1])
  const bands = bandsOf(plan)
  expect(bands.map(({ part, layers, unitCount }) => [part, layers, unitCount])).toEqual([
    ['attention', { start: 0, end: 30 }, 9],
    ['feedForward', { start: 0, end: 30 }, 1536],
    ['vocabulary', null, 49_152],
    ['rest', null, 0],
  ])
  for (const rank of [0, 1]) {
    const own = bands.flatMap(({ areas }) => areas.filter((area) => area.rank === rank))
    expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(plan.weightBytes[rank])
  }
  const [attention] = bands
  expect(attention?.areas.map(({ start, end, range }) => [start, end, range])).toEqual([
    [0, 6 / 9, { start: 0, end: 6 }],
    [6 / 9, 1, { start: 6, end: 9 }],
  ])
})

test('a hundred layers over sixteen devices draw no more areas than a few', () => {
  const bands = bandsOf(
    planOf(
      large,
      Array.from({ length: 16 }, () => 1),
    ),
  )
  expect(bands).toHaveLength(4)
  expect(bands.flatMap(({ areas }) => areas).length).toBeLessThanOrEqual(4 * 16)
})

test('layers that are held otherwise are bands of their own: one device’s alone, or everybody’s', () => {
  const plan = planOf(smollm2, [1, 1])
  const whole = { queryHeads: { start: 0, end: 9 }, kvHeads: { start: 0, end: 3 } }
  const nothing = { queryHeads: { start: 0, end: 0 }, kvHeads: { start: 0, end: 0 } }
  const sublayers = plan.sublayers.map((sublayer) => {
    if (sublayer.kind !== 'attention' || sublayer.layer > 1) return sublayer
    return sublayer.layer === 0
      ? { ...sublayer, hold: 'single' as const, ranks: [nothing, whole] }
      : { ...sublayer, hold: 'replicated' as const, ranks: [whole, whole] }
  })
  const bytes = plan.held.sublayers.map((ranks, index) => (index === 0 ? [0, 200] : index === 2 ? [200, 200] : ranks))
  const bands = bandsOf({ ...plan, sublayers, held: { ...plan.held, sublayers: bytes } })
  expect(
    bands.slice(0, 3).map(({ layers, areas }) => [layers, areas.map(({ rank, start, end }) => [rank, start, end])]),
  ).toEqual([
    [{ start: 0, end: 1 }, [[1, 0, 1]]],
    [
      { start: 1, end: 2 },
      [
        [0, 0, 0.5],
        [1, 0.5, 1],
      ],
    ],
    [
      { start: 2, end: 30 },
      [
        [0, 0, 6 / 9],
        [1, 6 / 9, 1],
      ],
    ],
  ])
})

test.each([
  ['a phone', smollm2, 280],
  ['a desk', large, 900],
  ['an encoder whose layers have four feed-forward parts', mobileBertLike(), 400],
])('bands lie side by side without overlap on %s', (_, config, width) => {
  const placed = placeBands(bandsOf(planOf(config, [1, 1])), width)
  for (const [index, one] of placed.entries()) {
    expect(one.width).toBeGreaterThanOrEqual(22)
    expect(one.height).toBeGreaterThan(0)
    expect(one.x + one.width).toBeLessThanOrEqual(width + 1e-6)
    for (const other of placed.slice(index + 1)) {
      const apart =
        one.x + one.width <= other.x + 1e-6 ||
        other.x + other.width <= one.x + 1e-6 ||
        one.y + one.height <= other.y + 1e-6 ||
        other.y + other.height <= one.y + 1e-6
      expect(apart).toBe(true)
    }
  }
})

test('areas are to scale where none is too thin', () => {
  const [attention, feedForward, vocabulary] = placeBands(bandsOf(planOf(smollm2, [1, 1])), 900)
  const scale = ({ width, height, band }: NonNullable<typeof attention>) => (width * height) / band.bytes
  expect(scale(attention!) / scale(feedForward!)).toBeCloseTo(1, 1)
  expect(scale(vocabulary!) / scale(feedForward!)).toBeCloseTo(1, 0)
})
