import { expect, test } from 'vitest'
import { prefill } from '../../../src/engine/prefill.ts'
import { plainRequest } from '../../../src/model/sampling.ts'
import { mistralLike } from '../../support/family-configs.ts'
import { tinyModel } from '../../support/tiny-model.ts'
import { tinyRanks } from '../../support/tiny-ranks.ts'

const head = { ...plainRequest, candidates: 3 }
const ends = [
  [3, 64, 40],
  [6, 160, 101],
] as const

test('texts that part from earlier ones further and further back are answered as on empty caches, window or not', async () => {
  const model = tinyModel(mistralLike(), 'f32')
  const used = await tinyRanks(model, ends)
  const text = Array.from({ length: 400 }, (_, i) => (i * 37) % 101)
  for (const [kept, added] of [
    [400, 0],
    [350, 10],
    [270, 5],
    [200, 1],
    [30, 300],
    [329, 2],
  ] as const) {
    const tokens = [...text.slice(0, kept), ...new Array<number>(added).fill(kept % 101)]
    const fresh = await tinyRanks(model, ends)
    const [[expected], [actual]] = [await prefill(fresh.leader, tokens, head), await prefill(used.leader, tokens, head)]
    expect(actual?.map(({ candidates }) => candidates[0]?.token)).toEqual(
      expected?.map(({ candidates }) => candidates[0]?.token),
    )
    expect(actual?.[0]?.maximum).toBeCloseTo(expected?.[0]?.maximum ?? Number.NaN, 4)
    expect(used.leader.cachedTokens).toEqual(tokens)
    fresh.close()
  }
  used.close()
})

test('a window reuses what its cache still holds, and no more', async () => {
  const { leader, close } = await tinyRanks(tinyModel(mistralLike(), 'f32'), ends)
  const text = Array.from({ length: 300 }, (_, i) => (i * 37) % 101)
  await prefill(leader, text, head)
  expect([300, 173, 172, 171, 0].map((at) => leader.reaches(at))).toEqual([true, true, true, false, true])
  await prefill(leader, [...text.slice(0, 200), 1], head)
  expect([201, 172, 171].map((at) => leader.reaches(at))).toEqual([true, true, false])
  close()
})
