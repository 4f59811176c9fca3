import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkShard } from '../../../src/cluster/check-shard.ts'
import type { Shard, ShardSublayer } from '../../../src/plan/shard-plan.ts'
import { shardOf } from '../../../src/plan/shard-plan.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { plainProfile } from '../../support/plain-profile.ts'
import { tinyConfig } from '../../support/tiny-model.ts'

fc.configureGlobal({ seed: 1 })

const config = tinyConfig()

function planned(shares: readonly number[]): Shard[] {
  const profiles = shares.map((_, rank) => ({ ...plainProfile, deviceId: `device-${rank}` }))
  const plan = planShards(config, profiles, { modelId: 'tiny', epoch: 1, formats: {}, contextLength: 64, shares })
  return shares.map((_, rank) => shardOf(plan, rank))
}

test('every shard of every plan passes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 }), (shares) => {
      for (const shard of planned(shares)) checkShard(config, shard)
    }),
  )
})

const [, second] = planned([1, 1]) as [Shard, Shard]

function withFirst(kind: ShardSublayer['kind'], change: object): Shard {
  const index = second.sublayers.findIndex((sublayer) => sublayer.kind === kind)
  const sublayers = second.sublayers.map((sublayer, i) => (i === index ? { ...sublayer, ...change } : sublayer))
  return { ...second, sublayers: sublayers as ShardSublayer[] }
}

test.each<[string, Shard]>([
  ['vocabulary rows outside the model', { ...second, vocabulary: { start: 50, end: 102 } }],
  ['a range that ends before it starts', { ...second, vocabulary: { start: 50, end: 40 } }],
  ['columns outside the MLP', withFirst('feedForward', { ffn: { start: 0, end: 161 } })],
  ['query heads that there are not', withFirst('attention', { queryHeads: { start: 0, end: 7 } })],
  ['KV heads that there are not', withFirst('attention', { kvHeads: { start: 0, end: 4 } })],
  [
    'query heads without their KV heads',
    withFirst('attention', { queryHeads: { start: 0, end: 4 }, kvHeads: { start: 1, end: 3 } }),
  ],
  ['a layer out of place', withFirst('attention', { layer: 1 })],
  ['a sublayer too few', { ...second, sublayers: second.sublayers.slice(1) }],
  ['a sublayer too many', { ...second, sublayers: [...second.sublayers, ...second.sublayers.slice(-1)] }],
  ['a sublayer of the other kind', { ...second, sublayers: [...second.sublayers].reverse() }],
  ['a rank outside its world', { ...second, rank: 2 }],
  ['a context longer than the model’s', { ...second, contextLength: 65 }],
])('refuses %s', (_, shard) => {
  expect(() => checkShard(config, shard)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})
