import { afterAll, beforeAll, expect, test } from 'vitest'
import { engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'

const golden =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.'

let served: ServedModel
beforeAll(async () => {
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

test.each([
  { shares: [1] },
  { shares: [2, 1] },
  { shares: [1, 1, 1] },
  { shares: [3, 1, 2, 1] },
  { shares: [1, 2, 1, 1, 1, 1] },
])('tells its story over ranks with shares $shares', async ({ shares }) => {
  const room = engineRoom(served.baseUrl, shares, { weights: 'f32' })
  await room.coordinator.loadModel(served.source)
  const { text, tokens, stopReason } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 74 })
  expect(text?.startsWith(golden)).toBe(true)
  expect(tokens).toHaveLength(74)
  expect(stopReason).toBe('length')
  room.close()
})
