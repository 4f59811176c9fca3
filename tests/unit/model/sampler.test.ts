import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gumbelNoise } from '../../../src/model/gumbel-noise.ts'
import { chooseToken, firstRequest, shownTokens } from '../../../src/model/sampler.ts'
import type { SamplingOptions } from '../../../src/model/sampling.ts'
import { parseSamplingOptions } from '../../../src/model/sampling-options.ts'
import { normal, seededRandom } from '../../support/random.ts'
import { askRanks, chooseOverSplit } from '../../support/split-vocabulary.ts'

const logitsOf = (seed: number, length: number, spread = 3) => {
  const random = normal(seededRandom(seed))
  return Float32Array.from({ length }, () => spread * random())
}

/** transformers' processors, step by step over the whole vocabulary: the slow way that the split one must equal. */
function keptByTransformers(
  options: SamplingOptions,
  logits: Float32Array,
  seen: readonly number[],
): Map<number, number> {
  const { temperature, topK, topP, minP, repetitionPenalty } = options
  let scores = Array.from(logits, (logit, token) => {
    const penalised = !seen.includes(token) ? logit : logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
    return { token, logit: Math.fround(Math.fround(penalised) / temperature) }
  }).sort((a, b) => a.logit - b.logit || b.token - a.token)
  const softmax = () => {
    const sum = scores.reduce((total, { logit }) => total + Math.exp(logit), 0)
    return scores.map(({ logit }) => Math.exp(logit) / sum)
  }
  if (topK > 0) scores = scores.slice(-topK)
  if (topP < 1) {
    const probabilities = softmax()
    let cumulative = 0
    scores = scores.filter((_, i) => {
      cumulative += probabilities[i]!
      return cumulative > 1 - topP || i === probabilities.length - 1
    })
  }
  if (minP > 0) {
    const probabilities = softmax()
    scores = scores.filter((_, i) => probabilities[i]! >= minP * probabilities.at(-1)!)
  }
  return new Map(scores.map(({ token, logit }) => [token, logit]))
}

function chooseWhole(
  options: SamplingOptions,
  logits: Float32Array,
  position: number,
  seen: readonly number[],
): number {
  const kept = [...keptByTransformers(options, logits, seen)]
  const keyed = kept.map(([token, logit]) => ({ token, key: logit + gumbelNoise(options.seed, position, token) }))
  return keyed.reduce((best, other) => (other.key > best.key ? other : best)).token
}

const splits = (length: number) => fc.array(fc.nat(length), { maxLength: 5 }).map((cuts) => cuts.sort((a, b) => a - b))

describe('over any split of the vocabulary', () => {
  const size = 700
  it.each<[string, fc.Arbitrary<Partial<SamplingOptions>>]>([
    ['plain sampling', fc.constant({})],
    ['top-k', fc.record({ topK: fc.integer({ min: 1, max: 2 * size }) })],
    ['top-p', fc.record({ topP: fc.double({ min: 0.01, max: 0.999, noNaN: true }) })],
    ['min-p', fc.record({ minP: fc.double({ min: 1e-9, max: 1, noNaN: true }) })],
    [
      'all cuts together and a penalty',
      fc.record({
        topK: fc.integer({ min: 1, max: size }),
        topP: fc.double({ min: 0.05, max: 1, noNaN: true }),
        minP: fc.double({ min: 0, max: 0.2, noNaN: true }),
        repetitionPenalty: fc.double({ min: 0.5, max: 2, noNaN: true }),
      }),
    ],
  ])('%s chooses the token that the whole vocabulary would', (_, cuts) => {
    fc.assert(
      fc.property(
        cuts,
        splits(size),
        fc.record({ temperature: fc.double({ min: 0.2, max: 3, noNaN: true }), seed: fc.nat() }),
        fc.nat(8191),
        fc.nat(1000),
        (more, split, base, position, logitSeed) => {
          const options = parseSamplingOptions({ ...base, ...more })
          const logits = logitsOf(logitSeed, size, 1 + (logitSeed % 4))
          const seen = [3, 3, 650, 0]
          const { token } = chooseOverSplit(options, logits, split, position, seen)
          expect(token).toBe(chooseWhole(options, logits, position, seen))
        },
      ),
      { seed: 31, numRuns: 150 },
    )
  })

  it('greedy takes the largest logit, ties to the lower token', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 40 }),
        fc.nat(),
        (values, seed) => {
          const logits = Float32Array.from(values)
          const cuts = [seed % (values.length + 1), seed % (values.length + 1)]
          const best = values.indexOf(Math.max(...values))
          expect(chooseOverSplit(parseSamplingOptions(), logits, cuts, 0)).toEqual({ token: best, asked: 1 })
        },
      ),
      { seed: 32 },
    )
  })

  it('tied logits at the k-th place go to the lower tokens in every split', () => {
    const logits = new Float32Array(40).fill(1)
    const options = { temperature: 1, topK: 3 }
    const chosen = (cuts: number[], seed: number) =>
      chooseOverSplit(parseSamplingOptions({ ...options, seed }), logits, cuts, 0).token
    for (let seed = 0; seed < 50; seed++) {
      expect(chosen([], seed)).toBeLessThan(3)
      expect(chosen([1, 1, 30], seed)).toBe(chosen([], seed))
    }
  })
})

describe('asking again', () => {
  const flat = logitsOf(3, 5000, 0.01)

  it('happens where a probability cut reaches past the candidates, until it is covered', () => {
    const options = parseSamplingOptions({ temperature: 1, topP: 0.9, seed: 4 })
    const { token, asked } = chooseOverSplit(options, flat, [2000, 2100], 6)
    expect(asked).toBeGreaterThan(2)
    expect(token).toBe(chooseWhole(options, flat, 6, []))
  })

  it.each<Partial<SamplingOptions>>([{ minP: 0.5 }, { topP: 0.99 }])(
    'happens where one rank holds more of what %o keeps than it returned',
    (cut) => {
      const logits = Float32Array.from({ length: 400 }, (_, token) => (token < 300 ? 5 - token / 1000 : -5))
      for (let seed = 0; seed < 30; seed++) {
        const options = parseSamplingOptions({ temperature: 1, seed, ...cut })
        const { token, asked } = chooseOverSplit(options, logits, [300], 2)
        expect(token).toBe(chooseWhole(options, logits, 2, []))
        expect(asked).toBe(2)
      }
    },
  )

  it('wants more candidates and changes nothing else', () => {
    const options = parseSamplingOptions({ temperature: 1, minP: 0.5, seed: 4 })
    const request = firstRequest(options, [])
    const choice = chooseToken(options, askRanks(flat, [2500], 0, request), request, [2500, 2500])
    expect(choice).toEqual({ again: { ...request, candidates: request.candidates * 8 } })
  })

  it('is never needed for a peaked distribution, for top-k, or for plain sampling', () => {
    const peaked = logitsOf(4, 5000, 5)
    for (const more of [{ topP: 0.9 }, { minP: 0.05 }, { topK: 400 }, { topK: 400, topP: 0.99 }, {}]) {
      expect(chooseOverSplit(parseSamplingOptions({ temperature: 0.7, ...more }), peaked, [2000], 1).asked).toBe(1)
    }
    expect(chooseOverSplit(parseSamplingOptions({ temperature: 1 }), flat, [2000], 1).asked).toBe(1)
  })

  it('asks few candidates of each rank for greedy and for plain sampling, and sends seen tokens only for a penalty', () => {
    expect(firstRequest(parseSamplingOptions(), [1, 2])).toMatchObject({
      candidates: shownTokens,
      order: 'logit',
      likeliest: 0,
      seenTokens: [],
    })
    expect(firstRequest(parseSamplingOptions({ temperature: 1 }), [1])).toMatchObject({
      candidates: 1,
      order: 'noise',
      likeliest: shownTokens,
    })
    expect(firstRequest(parseSamplingOptions({ repetitionPenalty: 1.1 }), [1, 2, 1]).seenTokens).toEqual([1, 2])
  })
})

describe('frequencies', () => {
  const logits = Float32Array.of(2, 1, 0.5, 0, -0.5, -1, 1.5, -3)
  const draws = 20_000

  /** Pearson's statistic against the softmax over `kept` tokens. */
  const chiSquare = (options: SamplingOptions, cuts: number[], kept: number[]) => {
    const weights = logits.map((logit, token) => (kept.includes(token) ? Math.exp(logit / options.temperature) : 0))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    const counts = new Array<number>(logits.length).fill(0)
    for (let position = 0; position < draws; position++) {
      const { token } = chooseOverSplit(options, logits, cuts, position)
      counts[token] = counts[token]! + 1
    }
    return counts.reduce((total, count, token) => {
      const expected = (draws * weights[token]!) / sum
      return expected === 0 ? total + count * draws : total + (count - expected) ** 2 / expected
    }, 0)
  }

  it.each([1, 2, 3])('of plain sampling are those of the softmax (seed %i)', (seed) => {
    const options = parseSamplingOptions({ temperature: 1.3, seed })
    // 24.3 is passed by chance once in 1,000 at 7 degrees of freedom.
    expect(chiSquare(options, [3, 5], [0, 1, 2, 3, 4, 5, 6, 7])).toBeLessThan(24.3)
  })

  it('after a cut are those of the softmax over what is kept', () => {
    // 13.8: once in 1,000 at 2 degrees of freedom.
    expect(chiSquare(parseSamplingOptions({ temperature: 0.9, topK: 3, seed: 9 }), [2], [0, 6, 1])).toBeLessThan(13.8)
  })
})

describe('a seed', () => {
  it('decides the choice, position by position', () => {
    const logits = logitsOf(9, 1000)
    const text = (seed: number) =>
      Array.from({ length: 20 }, (_, position) => {
        const options = parseSamplingOptions({ temperature: 1, seed })
        return chooseOverSplit(options, logits, [500], position).token
      })
    expect(text(1)).toEqual(text(1))
    expect(text(1)).not.toEqual(text(2))
    expect(new Set(text(1)).size).toBeGreaterThan(5)
  })
})

describe('answers that do not fit together', () => {
  const options = parseSamplingOptions()
  const request = firstRequest(options, [])

  it('for different positions are refused', () => {
    const logits = logitsOf(1, 10)
    const ranks = [askRanks(logits, [5], 4, request)[0]!, askRanks(logits, [5], 5, request)[1]!]
    expect(() => chooseToken(options, ranks, request, [5, 5])).toThrow(
      expect.objectContaining({ code: 'peer-shape', message: expect.stringMatching(/position 5, another for 4/) }),
    )
  })

  it('without any candidate are refused', () => {
    const ranks = askRanks(new Float32Array(0), [], 4, request)
    expect(() => chooseToken(options, ranks, request, [0])).toThrow(/No device returned a candidate for position 4/)
  })
})
