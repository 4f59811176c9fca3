import { describe, expect, it } from 'vitest'
import { gumbelNoise } from '../../../src/model/gumbel-noise.ts'
import { summarizeHead } from '../../../src/model/head-summary.ts'
import { type HeadRequest, plainRequest } from '../../../src/model/sampling.ts'
import { normal, seededRandom } from '../../support/random.ts'

const request: HeadRequest = { ...plainRequest, candidates: 3 }
const summarize = (logits: Float32Array, more: Partial<HeadRequest> = {}, start = 0, position = 0) =>
  summarizeHead([{ position, logits }], start, { ...request, ...more })[0]!

describe('summarizeHead', () => {
  it('returns the best k with their token ids, the maximum and the log-sum-exp', () => {
    expect(summarize(Float32Array.of(1, 3, 2, 3), {}, 100, 9)).toEqual({
      position: 9,
      candidates: [
        { token: 101, logit: 3 },
        { token: 103, logit: 3 },
        { token: 102, logit: 2 },
      ],
      maximum: 3,
      likeliest: [],
      logSumExp: expect.closeTo(Math.log(Math.exp(1) + 2 * Math.exp(3) + Math.exp(2)), 12),
      logits: null,
    })
  })

  it('answers each row on its own', () => {
    const rows = [0, 1].map((position) => ({ position, logits: Float32Array.of(position, 1 - position) }))
    const [first, second] = summarizeHead(rows, 0, { ...request, candidates: 1 })
    expect([first!.candidates[0]!.token, second!.candidates[0]!.token]).toEqual([1, 0])
  })

  it('penalises seen tokens of its own rows, then divides by the temperature', () => {
    const { candidates, maximum } = summarize(
      Float32Array.of(4, -2, 3),
      { repetitionPenalty: 2, seenTokens: [10, 11, 9, 13, 49000], temperature: 0.5 },
      10,
    )
    expect(candidates).toEqual([
      { token: 12, logit: 6 },
      { token: 10, logit: 4 },
      { token: 11, logit: -8 },
    ])
    expect(maximum).toBe(6)
  })

  it('orders by logit plus the noise of (seed, position, token)', () => {
    const random = normal(seededRandom(5))
    const logits = Float32Array.from({ length: 5000 }, () => 3 * random())
    const keyed = Array.from(logits, (logit, index) => ({
      token: 300 + index,
      key: logit + gumbelNoise(77, 4, 300 + index),
    })).sort((a, b) => b.key - a.key)
    for (const candidates of [1, 20]) {
      const row = summarize(logits, { order: 'noise', candidates, seed: 77, temperature: 1 }, 300, 4)
      expect(row.candidates.map(({ token }) => token)).toEqual(keyed.slice(0, candidates).map(({ token }) => token))
      expect(row.candidates[0]!.logit).toBe(logits[row.candidates[0]!.token - 300])
    }
  })

  it('is stable for logits far outside the range of exp', () => {
    expect(summarize(Float32Array.of(5000, 5000)).logSumExp).toBeCloseTo(5000 + Math.log(2), 9)
    expect(summarize(Float32Array.of(-5000, -9000)).logSumExp).toBeCloseTo(-5000, 9)
  })

  it('returns a copy of the raw logits when asked, whatever the temperature', () => {
    const logits = Float32Array.of(1, 2)
    const row = summarize(logits, { logits: true, temperature: 0.5 })
    expect(row.logits).toEqual(logits)
    expect(row.logits!.buffer).not.toBe(logits.buffer)
    expect(logits).toEqual(Float32Array.of(1, 2))
  })

  it('answers for a rank without vocabulary rows', () => {
    for (const order of ['logit', 'noise'] as const) {
      expect(summarize(new Float32Array(0), { order, candidates: 1, logits: true }, 512)).toEqual({
        position: 0,
        candidates: [],
        maximum: -Infinity,
        likeliest: [],
        logSumExp: -Infinity,
        logits: new Float32Array(0),
      })
    }
  })

  it('returns no candidates where none are wanted', () => {
    expect(summarize(Float32Array.of(1, 2), { candidates: 0, order: 'noise' }).candidates).toEqual([])
  })

  it.each([Number.NaN, Infinity])('fails loudly on a logit that is %d', (value) => {
    expect(() => summarize(Float32Array.of(1, value, 2), {}, 0, 31)).toThrow(
      expect.objectContaining({ code: 'internal', message: expect.stringMatching(`${value} for position 31`) }),
    )
  })
})
