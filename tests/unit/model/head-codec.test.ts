import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeHeadResult, type ExpectedHead, encodeHeadResult } from '../../../src/model/head-codec.ts'
import { summarizeHead } from '../../../src/model/head-summary.ts'
import { type HeadRequest, type HeadRow, plainRequest } from '../../../src/model/sampling.ts'
import { normal, seededRandom } from '../../support/random.ts'

const request: HeadRequest = { ...plainRequest, candidates: 3, temperature: 0.7, seed: 5 }
const vocabulary = { start: 100, end: 110 }
const logitsOf = (seed: number, length: number) => {
  const random = normal(seededRandom(seed))
  return Float32Array.from({ length }, () => 4 * random())
}
const honest = (more: Partial<HeadRequest> = {}, rowCount = 1, range = vocabulary) => {
  const expected: ExpectedHead = { rowCount, vocabulary: range, request: { ...request, ...more } }
  const rows = Array.from({ length: rowCount }, (_, position) => ({
    position,
    logits: logitsOf(position + 1, range.end - range.start),
  }))
  return { expected, result: summarizeHead(rows, range.start, expected.request) }
}

describe('the bytes of a head result', () => {
  it('bring back every row exactly, for any request and split', () => {
    fc.assert(
      fc.property(
        fc.record({
          candidates: fc.nat(20),
          order: fc.constantFrom('logit', 'noise'),
          likeliest: fc.nat(9),
          logits: fc.boolean(),
        }),
        fc.nat(4),
        fc.nat(12),
        (more, rowCount, length) => {
          const { expected, result } = honest(more, rowCount, { start: 7, end: 7 + length })
          const padded = new Uint8Array([9, ...encodeHeadResult(result)])
          expect(decodeHeadResult(padded.subarray(1), expected)).toEqual(result)
        },
      ),
      { seed: 21, numRuns: 300 },
    )
  })

  it('are 24 for a greedy row', () => {
    expect(encodeHeadResult(honest({ candidates: 1 }).result)).toHaveLength(24)
  })

  it('may be thrown away after decoding', () => {
    const { expected, result } = honest({ logits: true })
    const bytes = encodeHeadResult(result)
    const decoded = decodeHeadResult(bytes, expected)
    bytes.fill(255)
    expect(decoded).toEqual(result)
  })
})

describe('a peer that lies', () => {
  const refuses = (expected: ExpectedHead, rows: HeadRow[], message: RegExp) => {
    const decode = () => decodeHeadResult(encodeHeadResult(rows), expected)
    expect(decode).toThrow(expect.objectContaining({ code: 'peer-shape' }))
    expect(decode).toThrow(message)
  }

  it('about length: nothing, a byte too much, another count of rows, candidates or logits', () => {
    const { expected, result } = honest()
    const bytes = encodeHeadResult(result)
    const lengths = [new Uint8Array(0), bytes.subarray(1), new Uint8Array([...bytes, 0]), new Uint8Array(1 << 20)]
    for (const wrong of lengths) {
      expect(() => decodeHeadResult(wrong, expected)).toThrow(/bytes instead of 1 rows of 40 bytes/)
    }
    refuses(expected, [...result, ...result], /80 bytes instead of 1 rows of 40 bytes/)
    refuses(expected, [{ ...result[0]!, candidates: result[0]!.candidates.slice(1) }], /32 bytes/)
    refuses(expected, [{ ...result[0]!, logits: new Float32Array(10) }], /80 bytes/)
  })

  it.each<[string, (row: HeadRow) => HeadRow, RegExp]>([
    ['a token before its rows', (row) => withCandidate(row, 1, { token: 99 }), /token 99.*outside its rows 100 to 110/],
    ['a token after its rows', (row) => withCandidate(row, 2, { token: 110 }), /token 110.*outside/],
    ['a token twice', (row) => withCandidate(row, 1, { token: row.candidates[0]!.token }), /twice/],
    ['a NaN logit', (row) => withCandidate(row, 1, { logit: Number.NaN }), /logit NaN/],
    ['a logit above its maximum', (row) => withCandidate(row, 1, { logit: 1e6 }), /above its maximum/],
    ['the wrong order', (row) => ({ ...row, candidates: swapLast(row) }), /wrong order/],
    [
      'a maximum nobody has',
      (row) => ({ ...row, maximum: row.maximum + 1, logSumExp: row.logSumExp + 1 }),
      /best logit/,
    ],
    ['a NaN maximum', (row) => ({ ...row, maximum: Number.NaN }), /maximum is NaN/],
    ['an infinite maximum', (row) => ({ ...row, maximum: Infinity, logSumExp: Infinity }), /maximum is Infinity/],
    ['a NaN sum', (row) => ({ ...row, logSumExp: Number.NaN }), /log-sum-exp NaN/],
    ['a sum below its maximum', (row) => ({ ...row, logSumExp: row.maximum - 1 }), /log-sum-exp/],
    ['a sum of more than it holds', (row) => ({ ...row, logSumExp: row.maximum + 3 }), /log-sum-exp/],
    ['nothing though it holds rows', (row) => ({ ...row, maximum: -Infinity, logSumExp: -Infinity }), /-Infinity/],
  ])('with %s', (_, lie, message) => {
    const { expected, result } = honest()
    refuses(expected, [lie(result[0]!)], message)
  })

  it('about the likeliest tokens, which come by logit', () => {
    const { expected, result } = honest({ order: 'noise', candidates: 1, likeliest: 3 })
    const [row] = result
    refuses(expected, [{ ...row!, likeliest: row!.likeliest.slice(1) }], /bytes instead of/)
    refuses(expected, [{ ...row!, likeliest: row!.likeliest.toReversed() }], /wrong order/)
    refuses(expected, [{ ...row!, likeliest: [{ token: 110, logit: 0 }, ...row!.likeliest.slice(1)] }], /outside/)
  })

  it('with logits that are not numbers', () => {
    const { expected, result } = honest({ logits: true })
    const logits = result[0]!.logits!.slice().fill(Number.NaN, 4, 5)
    refuses(expected, [{ ...result[0]!, logits }], /the logit NaN/)
  })

  it('with a sum though it holds no rows', () => {
    const { expected, result } = honest({}, 1, { start: 5, end: 5 })
    refuses(expected, [{ ...result[0]!, logSumExp: 3 }], /from a rank without vocabulary/)
  })
})

function withCandidate(row: HeadRow, index: number, change: Partial<HeadRow['candidates'][number]>): HeadRow {
  return {
    ...row,
    candidates: row.candidates.map((candidate, i) => (i === index ? { ...candidate, ...change } : candidate)),
  }
}

function swapLast({ candidates }: HeadRow): HeadRow['candidates'] {
  return [candidates[0]!, candidates[2]!, candidates[1]!]
}
