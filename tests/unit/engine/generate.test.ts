import { afterEach, expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { dumpPrompt } from '../../../src/engine/dump.ts'
import { type GenerateRequest, generate } from '../../../src/engine/generate.ts'
import { parseSamplingOptions } from '../../../src/model/sampling-options.ts'
import { tinyConfig, tinyModel } from '../../support/tiny-model.ts'
import { type TinyRanks, tinyRanks, unevenSplits } from '../../support/tiny-ranks.ts'

const model = tinyModel(tinyConfig(), 'f32')
const splits = unevenSplits
const { alone } = splits

const open: TinyRanks[] = []
afterEach(() => {
  for (const ranks of open.splice(0)) ranks.close()
})

async function ranksOf(ends: readonly (readonly [number, number, number])[]): Promise<TinyRanks> {
  const ranks = await tinyRanks(model, ends)
  open.push(ranks)
  return ranks
}

function run({ leader, vocabulary }: TinyRanks, request: Partial<GenerateRequest> = {}) {
  return generate(leader, {
    promptTokens: [1, 5, 9, 70, 33],
    maxTokens: 12,
    stopTokens: new Set(),
    sampling: parseSamplingOptions(),
    vocabulary,
    startedAt: performance.now(),
    onToken: () => undefined,
    signal: new AbortController().signal,
    ...request,
  })
}

test.each([
  { name: 'greedy', options: {} },
  { name: 'plain sampling', options: { temperature: 0.9, seed: 7 } },
  { name: 'top-p', options: { temperature: 1.5, topP: 0.9, seed: 7 } },
  { name: 'top-k and min-p', options: { temperature: 2, topK: 20, minP: 0.05, seed: 11 } },
  { name: 'a repetition penalty', options: { temperature: 0.7, repetitionPenalty: 1.3, seed: 3 } },
])('$name gives the same tokens for every split', async ({ options }) => {
  const sampling = parseSamplingOptions(options)
  const expected = await run(await ranksOf(alone), { sampling })
  expect(expected.tokens).toHaveLength(12)
  for (const ends of Object.values(splits)) {
    const { tokens } = await run(await ranksOf(ends), { sampling })
    expect(tokens).toEqual(expected.tokens)
  }
})

test('another seed gives another text', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const texts = []
  for (const seed of [1, 2, 1]) {
    const sampling = parseSamplingOptions({ temperature: 1.2, seed })
    texts.push((await run(ranks, { sampling })).tokens.join())
  }
  expect(texts[0]).not.toBe(texts[1])
  expect(texts[2]).toBe(texts[0])
})

test('ends at a stop token, which is the last of the tokens', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const { tokens } = await run(ranks)
  const stop = tokens[4]!
  const heard: number[] = []
  const stopped = await run(ranks, { stopTokens: new Set([stop]), onToken: ({ token }) => heard.push(token) })
  expect(stopped.stopReason).toBe('stop')
  expect(stopped.tokens).toEqual(tokens.slice(0, tokens.indexOf(stop) + 1))
  expect(heard).toEqual(stopped.tokens)
})

test('ends where the context is full', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const promptTokens = Array.from({ length: 60 }, (_, i) => i)
  const { tokens, stopReason } = await run(ranks, { promptTokens, maxTokens: 1000 })
  expect(stopReason).toBe('length')
  expect(tokens).toHaveLength(model.config.contextLength - 60)
})

test('prefills only for no tokens, and measures no token', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const { tokens, stopReason, timings } = await run(ranks, { maxTokens: 0 })
  expect([tokens, stopReason]).toEqual([[], 'length'])
  expect(timings).toEqual({ timeToFirstTokenMs: null, stepMs: [], collectiveMs: [], bytes: 0, rounds: 0 })
  expect(ranks.leader.cachedTokens).toEqual([1, 5, 9, 70, 33])
})

test('an abort resolves with what there is, and the next answer is whole', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const expected = await run(ranks)
  const controller = new AbortController()
  let heard = 0
  const onToken = () => {
    if (++heard === 3) controller.abort()
  }
  const stopped = await run(ranks, { signal: controller.signal, onToken })
  expect([stopped.stopReason, stopped.tokens]).toEqual(['aborted', expected.tokens.slice(0, 3)])
  expect((await run(ranks)).tokens).toEqual(expected.tokens)
})

test('a lost device is an error, even where somebody pressed Stop meanwhile', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  ranks.lanes[0]!.close()
  const pressed = new AbortController()
  const answer = run(ranks, { maxTokens: 5, signal: pressed.signal })
  pressed.abort()
  await expect(answer).rejects.toMatchObject({ code: 'peer-lost' })
})

test('a turn computes only what the last one did not leave in the caches', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const first = await run(ranks)
  const longer = [1, 5, 9, 70, 33, ...first.tokens.slice(0, 6), 44, 45]
  const rounds = ranks.leader.rank.collective.stats
  const before = rounds.bytesSent
  const reused = await run(ranks, { promptTokens: longer, maxTokens: 4 })
  const reusedBytes = rounds.bytesSent - before
  const fresh = await ranksOf(splits['two uneven'])
  const whole = await run(fresh, { promptTokens: longer, maxTokens: 4 })
  expect(reused.tokens).toEqual(whole.tokens)
  expect(reusedBytes).toBeLessThan(fresh.leader.rank.collective.stats.bytesSent)
})

test('after a dump of the prompt the answer is the same', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const expected = await run(ranks)
  const promptTokens = [1, 5, 9, 70, 33]
  const { logits, hidden } = await dumpPrompt(ranks.leader, promptTokens)
  const { vocabSize, hiddenSize } = model.config
  expect([logits.length, hidden.length]).toEqual([5 * vocabSize, 5 * hiddenSize])
  const last = logits.subarray(4 * vocabSize)
  expect(last.indexOf(Math.max(...last))).toBe(expected.tokens[0])
  expect((await run(ranks)).tokens).toEqual(expected.tokens)
})

test('measures one step a token after the first, and every collective of those steps', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const { tokens, timings } = await run(ranks, { maxTokens: 20 })
  const sublayers = 2 * model.config.layerCount
  const steps = tokens.length - 1
  expect(timings.stepMs).toHaveLength(steps)
  expect(timings.collectiveMs).toHaveLength(steps * (sublayers + 1))
  expect(timings.rounds).toBe(steps * (sublayers + 2))
  const { hiddenSize } = model.config
  const least = 4 * hiddenSize * (2 * sublayers + 1)
  expect(timings.bytes / steps).toBeGreaterThan(least)
  expect(timings.bytes / steps).toBeLessThan(least + 600)
  expect(timings.timeToFirstTokenMs).toBeGreaterThan(0)
})

test('no collective of a long answer is forgotten', async () => {
  const deep = tinyModel(
    tinyConfig({
      layerCount: 24,
      hiddenSize: 32,
      headSize: 8,
      headCount: 4,
      kvHeadCount: 2,
      ffnSize: 32,
      vocabSize: 16,
      contextLength: 256,
    }),
    'f32',
  )
  const ranks = await tinyRanks(deep, [
    [2, 16, 8],
    [4, 32, 16],
  ])
  open.push(ranks)
  const { timings } = await run(ranks, { promptTokens: [1, 2], maxTokens: 180 })
  expect(timings.collectiveMs).toHaveLength(179 * (48 + 1))
})

test('tokens outside the vocabulary are no step: the members are in step for the next answer', async () => {
  const ranks = await ranksOf(splits['two uneven'])
  const refusal = run(ranks, { promptTokens: [1, model.config.vocabSize] })
  await expect(refusal).rejects.toMatchObject({ code: 'bad-input' })
  await expect(refusal).rejects.toBeInstanceOf(HeadroomError)
  expect((await run(ranks)).tokens).toHaveLength(12)
})
