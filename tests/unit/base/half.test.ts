import { expect, test } from 'vitest'
import { floatToHalf, halfToFloat } from '../../../src/base/half.ts'

test('every half survives the way to float and back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const float = halfToFloat(half)
    if (Number.isNaN(float)) expect(Number.isNaN(halfToFloat(floatToHalf(float)))).toBe(true)
    else expect(floatToHalf(float)).toBe(half)
  }
})

test('a float between two halves goes to the nearer, a tie to the even one', () => {
  for (let half = 0; half < 0x7bff; half++) {
    const low = halfToFloat(half)
    const high = halfToFloat(half + 1)
    const middle = (low + high) / 2
    expect(floatToHalf(middle)).toBe(half % 2 === 0 ? half : half + 1)
    expect(floatToHalf(low + (high - low) * 0.25)).toBe(half)
    expect(floatToHalf(low + (high - low) * 0.75)).toBe(half + 1)
  }
  expect(floatToHalf(65519)).toBe(0x7bff)
  expect(floatToHalf(65520)).toBe(0x7c00)
})
