import { expect, test } from 'vitest'
import type { TokenRecord } from '../../../../src/index.ts'
import { AnswerTokens } from '../../../../web/chat/answer-tokens.ts'

const record = (token: number, stepMs = 20, promptTokens: number | null = null): TokenRecord => ({
  token,
  text: 'a',
  name: 'a',
  probability: 0.5,
  likeliest: [],
  step: { epoch: 1, stepMs, promptTokens, bytes: 1000, rounds: 62, ranks: [] },
})

test('figures are of all tokens, and what a step took of those that no prompt was read for', () => {
  const tokens = new AnswerTokens()
  expect(tokens.figures).toBeNull()
  tokens.add([])
  expect(tokens.figures).toBeNull()
  tokens.add([record(1, 300, 12)])
  expect(tokens.figures).toMatchObject({ tokenCount: 1, tokensPerSecond: null, bytesPerToken: null })
  tokens.add([record(2, 10), record(3, 30)])
  expect(tokens.figures).toMatchObject({ tokenCount: 3, tokensPerSecond: 50, bytesPerToken: 1000, roundsPerToken: 62 })
})

test('of a very long answer the newest tokens are kept, and all are counted', () => {
  const tokens = new AnswerTokens()
  for (let token = 0; token < 10_000; token++) tokens.add([record(token)])
  expect(tokens.records.length).toBeLessThanOrEqual(4096)
  expect(tokens.records.at(-1)?.token).toBe(9_999)
  expect(tokens.figures?.tokenCount).toBe(10_000)
})

test('a continued answer keeps what was known of its beginning, and counts anew', () => {
  const tokens = new AnswerTokens([record(1)])
  tokens.add([record(2)])
  expect(tokens.records.map(({ token }) => token)).toEqual([1, 2])
  expect(tokens.figures?.tokenCount).toBe(1)
})
