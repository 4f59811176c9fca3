// What the page is told of an answer's tokens, by engines of one process over real lanes.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { RecentSteps } from '../../../src/cluster/recent-steps.ts'
import type { AnswerPiece } from '../../../src/cluster/token-record.ts'
import type { ServedToken } from '../../../src/engine/member.ts'
import { type EngineRoom, engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'

const asked = { input: { text: 'Once upon a time' }, maxTokens: 24, ignoreEos: true, sampling: {}, dump: false }

let served: ServedModel
beforeAll(async () => {
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

const open: EngineRoom[] = []
afterEach(() => {
  for (const room of open.splice(0)) room.close()
})

async function answered(shares: readonly number[]) {
  const room = engineRoom(served.baseUrl, shares)
  open.push(room)
  const heard: ServedToken[] = []
  for (const engine of room.engines.slice(1)) {
    const { start } = engine
    engine.start = (request, onStopped) => start(request, onStopped, (tokens) => heard.push(...tokens))
  }
  await room.coordinator.loadModel(served.source)
  const pieces: AnswerPiece[] = []
  const result = await room.coordinator.infer(asked, (piece) => pieces.push(piece))
  return { room, pieces, result, heard, tokens: pieces.flatMap((piece) => piece.tokens) }
}

test('every token of an answer is told once, in order, with the text that it makes', async () => {
  const { pieces, tokens, result } = await answered([2, 1])
  expect(tokens.map(({ token }) => token)).toEqual(result.tokens)
  expect(tokens.map(({ text }) => text).join('')).toBe(result.text)
  expect(pieces.map(({ text }) => text).join('')).toBe(result.text)
  for (const { name, probability, likeliest } of tokens) {
    // Greedy: what was chosen is the likeliest.
    expect(likeliest[0]).toMatchObject({ name, probability })
    expect(likeliest).toHaveLength(5)
  }
})

test('a room’s last steps name its devices, and a member measures its own', async () => {
  const { room, result, heard } = await answered([2, 1])
  const [prompt, ...steps] = room.coordinator.steps
  expect(prompt).toMatchObject({ promptTokens: result.promptTokens.length, rounds: 12 })
  expect(steps).toHaveLength(result.tokens.length - 1)
  for (const { stepMs, bytes, rounds, devices } of room.coordinator.steps) {
    expect(devices.map(({ deviceId }) => deviceId)).toEqual(['device-0', 'device-1'])
    expect(bytes).toBeGreaterThan(0)
    expect(rounds).toBe(12)
    for (const { computeMs, transferMs, waitMs } of devices)
      expect(computeMs + transferMs! + waitMs).toBeCloseTo(stepMs, 6)
  }
  await expect.poll(() => heard.length).toBe(steps.length)
  for (const [index, { stepMs, computeMs, bytes }] of heard.entries()) {
    expect(computeMs).toBeGreaterThan(0)
    expect(computeMs).toBeLessThanOrEqual(stepMs)
    expect(bytes).toBe(steps[index]!.bytes)
  }
})

test('of the last steps 64 are kept, and all are counted', () => {
  const recent = new RecentSteps()
  const step = (bytes: number) => ({ stepMs: 1, promptTokens: null, bytes, rounds: null, devices: [] })
  for (let count = 0; count < 100; count++) recent.add([step(count)])
  expect(recent.steps.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 64 }, (_, index) => 36 + index))
  expect(recent.total).toEqual({ tokens: 100, bytes: 4_950 })
})

test('the newest prompt is kept with them, however many tokens came after it', () => {
  const recent = new RecentSteps()
  const step = (bytes: number, promptTokens: number | null = null) => ({
    stepMs: 1,
    promptTokens,
    bytes,
    rounds: null,
    devices: [],
  })
  recent.add([step(1000, 9), step(1), step(2000, 12)])
  for (let count = 0; count < 70; count++) recent.add([step(count)])
  expect(recent.steps.map(({ bytes }) => bytes)).toEqual([2000, ...Array.from({ length: 64 }, (_, index) => 6 + index)])
})
