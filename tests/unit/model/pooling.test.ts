import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cosineSimilarity, type Pooling, pool } from '../../../src/model/pooling.ts'

fc.configureGlobal({ seed: 1 })

const hidden = Float32Array.of(1, -2, 3, 4, 50, 60)
const plain = (kind: Pooling['kind']) => [...pool(hidden, [1, 1, 0], { kind, normalized: false })]

test('only tokens whose mask is 1 count', () => {
  expect(plain('mean')).toEqual([2, 1])
  expect(plain('max')).toEqual([3, 4])
  expect(plain('last')).toEqual([3, 4])
})

test('the first token stands for the text whatever its mask', () => {
  expect([...pool(hidden, [0, 1, 1], { kind: 'cls', normalized: false })]).toEqual([1, -2])
})

test('a normalised vector has length 1 and its direction; one of zeros stays', () => {
  const unit = pool(hidden, [1, 1, 0], { kind: 'last', normalized: true })
  expect([...unit]).toEqual([Math.fround(0.6), Math.fround(0.8)])
  expect([...pool(new Float32Array(2), [1], { kind: 'mean', normalized: true })]).toEqual([0, 0])
})

test('likeness is between -1 and 1, and does not depend on lengths', () => {
  const vector = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(vector, vector, fc.double({ min: 0.1, max: 100, noNaN: true }), (a, b, factor) => {
      const likeness = cosineSimilarity(a, b)
      expect(Math.abs(likeness)).toBeLessThanOrEqual(1 + 1e-9)
      const scaled = a.map((value) => value * factor)
      expect(cosineSimilarity(scaled, b)).toBeCloseTo(likeness, 6)
    }),
  )
  expect(cosineSimilarity([1, 0], [0, 2])).toBe(0)
  expect(cosineSimilarity([1, 2], [2, 4])).toBeCloseTo(1, 12)
  expect(cosineSimilarity([0, 0], [2, 4])).toBe(0)
})
