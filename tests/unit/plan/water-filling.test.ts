import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillBySpeed } from '../../../src/plan/water-filling.ts'

fc.configureGlobal({ seed: 1 })

const open = (count: number) => Array<number>(count).fill(Number.POSITIVE_INFINITY)

describe('fillBySpeed', () => {
  it('gives in proportion to speed where it comes out even', () => {
    expect(fillBySpeed(48, [2e9, 1e9], open(2))).toEqual([32, 16])
  })

  it('gives ties to the lower rank', () => {
    expect(fillBySpeed(9, [1, 1, 1, 1], open(4))).toEqual([3, 2, 2, 2])
  })

  it('passes a full device over and spreads the rest by speed', () => {
    expect(fillBySpeed(30, [10, 1, 1], [6, Infinity, Infinity])).toEqual([6, 12, 12])
  })

  it('leaves units over where no device has room', () => {
    expect(fillBySpeed(30, [10, 1], [6, 3])).toEqual([6, 3])
  })

  it('has no better cut: no unit finishes sooner on another device with room', () => {
    const devices = fc.array(fc.record({ speed: fc.integer({ min: 1, max: 10_000 }), capacity: fc.nat(200) }), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(fc.nat(300), devices, (total, list) => {
        const speeds = list.map(({ speed }) => speed)
        const capacities = list.map(({ capacity }) => capacity)
        const counts = fillBySpeed(total, speeds, capacities)
        const room = capacities.reduce((sum, capacity) => sum + Math.min(capacity, total), 0)
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.min(total, room))
        const slowest = Math.max(...counts.map((count, rank) => count / speeds[rank]!))
        for (const [rank, count] of counts.entries()) {
          expect(count).toBeLessThanOrEqual(capacities[rank]!)
          if (count < capacities[rank]!)
            expect((count + 1) / speeds[rank]!).toBeGreaterThanOrEqual(slowest * (1 - 1e-12))
        }
      }),
    )
  })
})
