import { expect, test } from 'vitest'
import { allowance } from '../../../src/cluster/allowance.ts'

test('an allowance is a burst, and then so much a second', () => {
  let nowMs = 0
  const may = allowance(2, 0.5, () => nowMs)
  expect([may(), may(), may()]).toEqual([true, true, false])
  nowMs = 2_000
  expect([may(), may()]).toEqual([true, false])
  nowMs = 1e9
  expect([may(), may(), may()]).toEqual([true, true, false])
})
