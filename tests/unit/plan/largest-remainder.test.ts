import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apportion } from '../../../src/plan/largest-remainder.ts'

fc.configureGlobal({ seed: 1 })

describe('apportion', () => {
  it.each([
    [9, [1, 1, 1, 1], [3, 2, 2, 2]],
    [3, [2, 1], [2, 1]],
    [3, [1, 1], [2, 1]],
    [3, [5, 1, 1], [2, 1, 0]],
    [6, [3, 2, 1], [3, 2, 1]],
    [0, [1, 2], [0, 0]],
    [49_152, [2, 1], [32_768, 16_384]],
  ])('cuts %i units over shares %j into %j', (total, shares, counts) => {
    expect(apportion(total, shares)).toEqual(counts)
  })

  it('gives every rank its quota rounded down or up, adding up to the total', () => {
    const share = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(share, { minLength: 1, maxLength: 20 }), (total, shares) => {
        const counts = apportion(total, shares)
        const sum = shares.reduce((all, one) => all + BigInt(one), 0n)
        expect(counts.reduce((all, count) => all + count, 0)).toBe(total)
        for (const [rank, count] of counts.entries()) {
          const down = Number((BigInt(total) * BigInt(shares[rank]!)) / sum)
          expect(count === down || count === down + 1).toBe(true)
        }
      }),
    )
  })

  it('never gives a larger share fewer units', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 12 }),
        (total, shares) => {
          const counts = apportion(total, shares)
          for (const [a, shareA] of shares.entries()) {
            for (const [b, shareB] of shares.entries())
              if (shareA > shareB) expect(counts[a]).toBeGreaterThanOrEqual(counts[b]!)
          }
        },
      ),
    )
  })
})
