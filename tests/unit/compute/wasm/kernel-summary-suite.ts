// Logits summarized by a build against the plain sums: any number of them at any place, divided or not, extremes.
import fc from 'fast-check'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { SimdBuild } from '../../../../src/compute/wasm/kernels.ts'
import { LOGIT_BLOCK } from '../../../../src/compute/wasm/structures.ts'
import { floats, KernelRig } from './kernel-rig.ts'

/** Registers the suite; call it inside a `describe`. */
export function summaryKernelSuite(simd: SimdBuild): void {
  let rig: KernelRig
  beforeAll(async () => {
    rig = await KernelRig.open(simd)
  })
  beforeEach(() => rig.clear())

  /** `skipped` values lie before the logits, so that they begin anywhere. */
  const summarized = (logits: Float32Array, divisor = 1, skipped = 0) => {
    const at = rig.put(Float32Array.of(...new Float32Array(skipped), ...logits)) + 4 * skipped
    const blocks = Math.ceil(logits.length / LOGIT_BLOCK)
    const out = rig.room(blocks * 8)
    rig.kernels.summarize(at, logits.length, rig.put(new Uint8Array(Float64Array.of(divisor).buffer)), out, 0, blocks)
    return { values: rig.floats(at, logits.length), pairs: rig.floats(out, 2 * blocks) }
  }

  test('divides as JavaScript does, and tells each block’s largest and sum of exponentials', () => {
    const check = (count: number, skipped: number, divisor: number, seed: number) => {
      rig.clear()
      const logits = floats(count, seed, 8)
      const { values, pairs } = summarized(logits, divisor, skipped)
      expect(values).toEqual(logits.map((logit) => logit / divisor))
      for (let block = 0; block * LOGIT_BLOCK < count; block++) {
        const part = values.subarray(block * LOGIT_BLOCK, (block + 1) * LOGIT_BLOCK)
        const largest = Math.max(...part)
        const sum = part.reduce((total, value) => total + Math.exp(value - largest), 0)
        expect(pairs[2 * block]).toBe(largest)
        expect(Math.abs(pairs[2 * block + 1]! / sum - 1)).toBeLessThan(1e-6)
      }
    }
    const divisors = fc.constantFrom(1, 0.7, 2, 0.001, 100)
    const seeds = fc.integer({ min: 1, max: 1e6 })
    const counts = fc.integer({ min: 1, max: 3 * LOGIT_BLOCK })
    fc.assert(fc.property(counts, fc.integer({ min: 0, max: 3 }), divisors, seeds, check), { seed: 1, numRuns: 60 })
  })

  test('shows a NaN or an infinity wherever it lies', () => {
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY])
      for (const place of [0, 3, 255, 256, 300, 301, 302]) {
        const logits = floats(303, 4)
        logits[place] = poison
        const [a, b, c, d] = summarized(logits).pairs
        expect([a! + b!, c! + d!].map(Number.isFinite)).toEqual([place > 255, place < 256])
      }
  })
}
