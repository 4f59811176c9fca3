import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import greedy from '../../fixtures/smollm2-greedy.json' with { type: 'json' }
import { defaultModelPath } from '../../support/default-model.ts'
import { engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'

let served: ServedModel
beforeAll(async () => {
  const path = await defaultModelPath()
  served = await serveModelAt(path, [path.slice(dirname(path).length + 1)])
})
afterAll(() => served?.close())

test.each([
  { prompt: 0, shares: [1] },
  { prompt: 1, shares: [2, 1] },
])(
  'the reference executor gives transformers’ tokens of prompt $prompt on $shares',
  async ({ prompt, shares }) => {
    const expected = greedy[prompt]!
    const room = engineRoom(served.baseUrl, shares, { weights: 'f32' })
    await room.coordinator.loadModel(served.source)
    const result = await room.infer({ input: { messages: [{ role: 'user', content: expected.prompt }] } })
    expect(result.promptTokens).toEqual(expected.promptTokens)
    expect(result.tokens).toEqual(expected.tokens)
    expect(result.text).toBe(expected.text)
    expect(result.templated).toBe(true)
    room.close()
  },
  120_000,
)
