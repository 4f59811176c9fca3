import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faster, median, ratio, speedOf } from '../../../tools/bench/figures.ts'

const speed = (tokensPerSecond: number) => ({ tokensPerSecond, min: tokensPerSecond, max: tokensPerSecond })

describe('the median', () => {
  test('is the value in the middle, or the mean of the two there', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([8, 1, 5, 2])).toBe(3.5)
  })

  test('has as many values on either side, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values)
        const below = values.filter((value) => value < middle).length
        const above = values.filter((value) => value > middle).length
        expect(below).toBeLessThanOrEqual(values.length / 2)
        expect(above).toBeLessThanOrEqual(values.length / 2)
      }),
    )
  })

  test('of nothing does not exist', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

test('a speed is tokens over time, with the range over runs of any length', () => {
  const runs = [
    { tokens: 10, ms: 1000 },
    { tokens: 40, ms: 2000 },
    { tokens: 45, ms: 3000 },
  ]
  expect(speedOf(runs)).toEqual({ tokensPerSecond: 15, min: 10, max: 20 })
})

test('a ratio is ours over theirs, and null without them', () => {
  expect(ratio(speed(30), speed(10))).toBe(3)
  expect(ratio(speed(30), null)).toBeNull()
})

test('the faster peer is taken, and one that did not run is passed over', () => {
  expect(faster([null, speed(2), speed(3)])).toEqual(speed(3))
  expect(faster([null, null])).toBeNull()
})
