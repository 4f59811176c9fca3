// What is told of every token, against one rank that holds the whole vocabulary and gives its logits away.
import { afterEach, expect, test } from 'vitest'
import { dumpPrompt } from '../../../src/engine/dump.ts'
import { generate } from '../../../src/engine/generate.ts'
import type { GeneratedToken } from '../../../src/engine/generated-token.ts'
import { shownTokens } from '../../../src/model/sampler.ts'
import type { SamplingOptions } from '../../../src/model/sampling.ts'
import { parseSamplingOptions } from '../../../src/model/sampling-options.ts'
import { tinyConfig, tinyModel } from '../../support/tiny-model.ts'
import { type TinyRanks, tinyRanks, unevenSplits } from '../../support/tiny-ranks.ts'

const model = tinyModel(tinyConfig(), 'f32')
const promptTokens = [1, 5, 9, 70, 33]
const splits = unevenSplits

const open: TinyRanks[] = []
afterEach(() => {
  for (const ranks of open.splice(0)) ranks.close()
})

async function made(ends: readonly (readonly [number, number, number])[], options: Partial<SamplingOptions>) {
  const ranks = await tinyRanks(model, ends)
  open.push(ranks)
  const tokens: GeneratedToken[] = []
  const { timings } = await generate(ranks.leader, {
    promptTokens,
    maxTokens: 8,
    stopTokens: new Set(),
    sampling: parseSamplingOptions(options),
    vocabulary: ranks.vocabulary,
    startedAt: performance.now(),
    onToken: (token) => tokens.push(token),
    signal: new AbortController().signal,
  })
  return { tokens, timings, ranks }
}

/** Softmax of every position's logits, by the textbook. */
async function wholeProbabilities(tokens: readonly number[], temperature: number): Promise<number[][]> {
  const reference = await tinyRanks(model, splits.alone)
  open.push(reference)
  const { vocabSize } = model.config
  const { logits } = await dumpPrompt(reference.leader, [...promptTokens, ...tokens])
  return tokens.map((_, index) => {
    const start = (promptTokens.length - 1 + index) * vocabSize
    const scaled = Array.from(logits.subarray(start, start + vocabSize), (logit) => logit / (temperature || 1))
    const sum = scaled.reduce((total, value) => total + Math.exp(value), 0)
    return scaled.map((value) => Math.exp(value) / sum)
  })
}

const ways = {
  greedy: {},
  'plain sampling': { temperature: 0.9, seed: 7 },
  'top-k and top-p': { temperature: 1.5, topK: 2, topP: 0.9, seed: 7 },
  'min-p': { temperature: 1.2, minP: 0.02, seed: 3 },
}

for (const [name, options] of Object.entries(ways))
  test.each(Object.entries(splits))(
    `probabilities of ${name} are those of the whole vocabulary: %s`,
    async (_, ends) => {
      const { tokens } = await made(ends, options)
      const expected = await wholeProbabilities(
        tokens.map(({ token }) => token),
        parseSamplingOptions(options).temperature,
      )
      for (const [index, { token, probability, likeliest }] of tokens.entries()) {
        const all = expected[index]!
        const best = [...all.keys()].sort((a, b) => all[b]! - all[a]!).slice(0, shownTokens)
        expect(probability).toBeCloseTo(all[token]!, 5)
        expect(likeliest.map((likely) => likely.token)).toEqual(best)
        for (const likely of likeliest) expect(likely.probability).toBeCloseTo(all[likely.token]!, 5)
      }
    },
  )

test('every step but the first is measured, and its parts add up for every rank', async () => {
  const { tokens, timings } = await made(splits['two uneven'], {})
  const [first, ...others] = tokens.map(({ step }) => step!)
  expect(first).toBeNull()
  expect(others.map(({ stepMs }) => stepMs)).toEqual(timings.stepMs)
  expect(others.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(timings.bytes)
  expect(others.reduce((sum, { rounds }) => sum + rounds, 0)).toBe(timings.rounds)
  for (const { stepMs, ranks } of others) {
    expect(ranks).toHaveLength(2)
    for (const { computeMs, transferMs, waitMs } of ranks) {
      expect(computeMs).toBeGreaterThan(0)
      expect(Math.min(transferMs, waitMs)).toBeGreaterThanOrEqual(0)
      expect(computeMs + transferMs + waitMs).toBeCloseTo(stepMs, 6)
    }
  }
})

test('a room of one is measured too', async () => {
  const { tokens } = await made(splits.alone, {})
  for (const { step } of tokens.slice(1)) {
    expect(step).toMatchObject({ bytes: 0, rounds: 0, ranks: [{ waitMs: 0 }] })
    const [own] = step!.ranks
    expect(own!.computeMs).toBeGreaterThan(0)
    expect(own!.computeMs + own!.transferMs).toBeCloseTo(step!.stepMs, 6)
  }
})
