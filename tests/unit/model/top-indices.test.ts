import fc from 'fast-check'
import { expect, it } from 'vitest'
import { indexOfMaximum, topIndices } from '../../../src/model/top-indices.ts'

const sorted = (values: Float32Array) => Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b)
/** Few distinct values, so that ties are common. */
const logits = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 60 }).map((list) => Float32Array.from(list))

it('gives the head of a full sort for any values, ties and count', () => {
  fc.assert(
    fc.property(logits, fc.nat(70), (values, count) => {
      expect([...topIndices(values, count)]).toEqual(sorted(values).slice(0, count))
    }),
    { seed: 11, numRuns: 500 },
  )
})

it('finds the first of the largest', () => {
  fc.assert(
    fc.property(logits, (values) => {
      expect(indexOfMaximum(values)).toBe(sorted(values)[0] ?? 0)
    }),
    { seed: 12 },
  )
})

it('takes minus infinity as the smallest value', () => {
  expect([...topIndices(Float32Array.of(-Infinity, -5, -Infinity, 2), 3)]).toEqual([3, 1, 0])
})
