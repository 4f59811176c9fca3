// What is told of every token, against one rank that holds the whole vocabulary and gives its logits away.
import { afterEach, expect, test } from 'vitest'
import { dumpPrompt } from '../../../src/engine/dump.ts'
import { generate } from '../../../src/engine/generate.ts'
import type { GeneratedToken, TokenStep } from '../../../src/engine/generated-token.ts'
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
  return { ranks, ...(await answer(ranks, promptTokens, options)) }
}

async function answer(ranks: TinyRanks, promptTokens: readonly number[], options: Partial<SamplingOptions> = {}) {
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
  return { tokens, timings }
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

/** For every rank. */
function expectParts({ stepMs, ranks }: TokenStep, worldSize: number): void {
  expect(ranks).toHaveLength(worldSize)
  for (const { computeMs, transferMs, waitMs } of ranks) {
    expect(computeMs).toBeGreaterThan(0)
    expect(Math.min(transferMs, waitMs)).toBeGreaterThanOrEqual(0)
    expect(computeMs + transferMs + waitMs).toBeCloseTo(stepMs, 6)
  }
}

test('every step is measured, and its parts add up for every rank; the prompt is told from the tokens after it', async () => {
  const { tokens, timings } = await made(splits['two uneven'], {})
  const [first, ...others] = tokens.map(({ step }) => step)
  expect(first!.promptTokens).toBe(promptTokens.length)
  expect(first!.stepMs).toBeLessThanOrEqual(timings.timeToFirstTokenMs!)
  expect(others.map(({ stepMs }) => stepMs)).toEqual(timings.stepMs)
  expect(others.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(timings.bytes)
  expect(others.reduce((sum, { rounds }) => sum + rounds, 0)).toBe(timings.rounds)
  expect(others.every((step) => step.promptTokens === null)).toBe(true)
  for (const { step } of tokens) expectParts(step, 2)
})

test('a prompt of many chunks is measured as one, for every rank, and of one that is cached what was read', async () => {
  const ranks = await tinyRanks(tinyModel(tinyConfig({ contextLength: 400 }), 'f32'), splits['two uneven'])
  open.push(ranks)
  const long = Array.from({ length: 300 }, (_, index) => (index * 37) % 101)
  // A busy machine may hold up a short one now and then, hardly each of several.
  const shorts: GeneratedToken[] = []
  for (let first = 40; first < 48; first++) shorts.push((await answer(ranks, promptTokens.with(0, first))).tokens[0]!)
  const [whole] = (await answer(ranks, long)).tokens
  expect(whole!.step.promptTokens).toBe(300)
  expectParts(whole!.step, 2)
  const { rounds } = shorts[0]!.step
  expect(whole!.step.rounds).toBe(2 * (rounds - 1) + rounds)
  const computed = ({ step }: GeneratedToken) => step.ranks.map(({ computeMs }) => computeMs)
  for (const [rank, ms] of computed(whole!).entries())
    expect(ms).toBeGreaterThan(3 * Math.min(...shorts.map((short) => computed(short)[rank]!)))
  const [again] = (await answer(ranks, long)).tokens
  expect(again!.step.promptTokens).toBe(1)
  expectParts(again!.step, 2)
})

test('a room of one is measured too', async () => {
  const { tokens } = await made(splits.alone, {})
  for (const { step } of tokens) {
    expect(step).toMatchObject({ bytes: 0, rounds: 0, ranks: [{ waitMs: 0 }] })
    expectParts(step, 1)
  }
})
