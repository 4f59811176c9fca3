import fc from 'fast-check'
import { expect, test } from 'vitest'
import { summarizeHead } from '../../../src/model/head-summary.ts'
import { likeliestRequest, likeliestTokens } from '../../../src/model/likeliest-tokens.ts'

fc.configureGlobal({ seed: 1 })

const logit = fc.double({ min: -20, max: 20, noNaN: true }).map(Math.fround)

test('tokens and probabilities are those of a softmax over the whole vocabulary, however it is split', () => {
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(40), { maxLength: 3 }),
      fc.integer({ min: 1, max: 8 }),
      (logits, at, count) => {
        const cuts = [0, ...at.map((cut) => Math.min(cut, logits.length)).sort((a, b) => a - b), logits.length]
        const ranks = cuts.slice(1).map((end, rank) => {
          const start = cuts[rank]!
          const rows = [{ position: 3, logits: Float32Array.from(logits.slice(start, end)) }]
          return summarizeHead(rows, start, likeliestRequest(count))[0]!
        })
        const sum = logits.reduce((total, value) => total + Math.exp(value), 0)
        const expected = [...logits.keys()]
          .sort((a, b) => logits[b]! - logits[a]! || a - b)
          .slice(0, count)
          .map((token) => ({ token, probability: Math.exp(logits[token]!) / sum }))
        const found = likeliestTokens(ranks, count)
        expect(found.map(({ token }) => token)).toEqual(expected.map(({ token }) => token))
        for (const [i, { probability }] of found.entries()) expect(probability).toBeCloseTo(expected[i]!.probability, 9)
      },
    ),
  )
})
