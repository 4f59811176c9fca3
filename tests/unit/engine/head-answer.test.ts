import { expect, test } from 'vitest'
import { decodeHeadAnswer, encodeHeadAnswer } from '../../../src/engine/head-answer.ts'
import { summarizeHead } from '../../../src/model/head-summary.ts'
import { plainRequest } from '../../../src/model/sampling.ts'

const request = { ...plainRequest, candidates: 2 }
const vocabulary = { start: 10, end: 13 }
const expected = { rowCount: 1, vocabulary, request }
const rows = summarizeHead([{ position: 4, logits: Float32Array.of(1, 3, 2) }], vocabulary.start, request)
const computedMs = [0.5, 0, 12.25]

test('rows and times come back as they were, wherever the bytes lie', () => {
  const bytes = new Uint8Array([7, ...encodeHeadAnswer({ rows, computedMs })]).subarray(1)
  expect(decodeHeadAnswer(bytes, 3, expected)).toEqual({ rows, computedMs })
})

test.each([0, 2, 4, 1000])('3 times where the leader counted %i collectives are refused', (roundCount) => {
  const bytes = encodeHeadAnswer({ rows, computedMs })
  expect(() => decodeHeadAnswer(bytes, roundCount, expected)).toThrow(expect.objectContaining({ code: 'peer-shape' }))
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('a time of %f is refused', (wrong) => {
  const bytes = encodeHeadAnswer({ rows, computedMs: [1, wrong, 2] })
  expect(() => decodeHeadAnswer(bytes, 3, expected)).toThrow(expect.objectContaining({ code: 'peer-shape' }))
  expect(() => decodeHeadAnswer(bytes, 3, expected)).toThrow(/computed for/)
})
