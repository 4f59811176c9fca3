import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogitBlocks, mergeBlocks, topIndicesOfBlocks } from '../../../src/model/logit-blocks.ts'
import { topIndices } from '../../../src/model/top-indices.ts'

/** What a kernel would tell of `logits`. */
function blocksOf(logits: Float32Array, size: number): LogitBlocks {
  const pairs: number[] = []
  for (let start = 0; start < logits.length; start += size) {
    const block = logits.subarray(start, start + size)
    const largest = Math.max(...block)
    pairs.push(
      largest,
      block.reduce((sum, logit) => sum + Math.exp(logit - largest), 0),
    )
  }
  return { size, pairs: Float32Array.from(pairs) }
}

// Few values, so that many are equal.
const logits = fc.array(fc.integer({ min: -20, max: 5 }), { minLength: 1, maxLength: 200 })

test('finds the same best logits by blocks as without, ties to the lower index', () => {
  const check = (values: number[], size: number, count: number) => {
    const all = Float32Array.from(values)
    expect(topIndicesOfBlocks(all, blocksOf(all, size), count)).toEqual(topIndices(all, count))
  }
  const small = fc.integer({ min: 1, max: 20 })
  fc.assert(fc.property(logits, small, fc.integer({ min: 0, max: 30 }), check), { seed: 1, numRuns: 300 })
})

test('merges the blocks into the maximum and the log-sum-exp of all', () => {
  const check = (values: number[], size: number) => {
    const { maximum, logSumExp } = mergeBlocks(blocksOf(Float32Array.from(values), size))
    expect(maximum).toBe(Math.max(...values))
    expect(logSumExp).toBeCloseTo(Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)), 5)
  }
  fc.assert(fc.property(logits, fc.integer({ min: 1, max: 20 }), check), { seed: 1, numRuns: 100 })
})

test('shows a NaN in any block, and says of no logits what a rank without any says', () => {
  const pairs = Float32Array.of(1, 2, Number.NaN, Number.NaN)
  expect(mergeBlocks({ size: 4, pairs }).logSumExp).toBeNaN()
  expect(mergeBlocks({ size: 4, pairs: new Float32Array(0) }).maximum).toBe(-Infinity)
})
