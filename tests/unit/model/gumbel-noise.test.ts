import { expect, it } from 'vitest'
import { gumbelNoise, gumbelOf, noiseBits } from '../../../src/model/gumbel-noise.ts'

it('gives the bits of the published pcg3d', () => {
  // Computed once with unsigned 32-bit arithmetic in Python from the paper's listing, x = token, y = position, z = seed.
  expect(noiseBits(0, 0, 0)).toBe(2611992518)
  expect(noiseBits(42, 7, 49151)).toBe(3297015114)
  expect(noiseBits(4294967295, 8191, 2)).toBe(987370327)
})

it('is finite at both ends and grows with the bits', () => {
  const values = [0, 1, 2 ** 16, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1].map(gumbelOf)
  for (const [index, value] of values.entries()) {
    expect(Number.isFinite(value)).toBe(true)
    if (index > 0) expect(value).toBeGreaterThan(values[index - 1]!)
  }
})

it.each<[string, (index: number) => number]>([
  ['tokens', (index) => gumbelNoise(1, 5, index)],
  ['positions', (index) => gumbelNoise(1, index, 5)],
  ['seeds', (index) => gumbelNoise(index, 1, 5)],
])('has mean, variance and independence of the Gumbel distribution over %s', (_, noise) => {
  const count = 200_000
  const values = Float64Array.from({ length: count }, (_, index) => noise(index))
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
  const neighbours =
    values.slice(1).reduce((sum, value, index) => sum + (value - mean) * (values[index]! - mean), 0) / count
  expect(Math.abs(mean - 0.5772156649)).toBeLessThan(0.012)
  expect(Math.abs(variance - Math.PI ** 2 / 6)).toBeLessThan(0.04)
  expect(Math.abs(neighbours / variance)).toBeLessThan(0.01)
})
