// The small model that comes with the page: what was promised of it, and its answers against transformers' own.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGguf } from '../../../src/weights/model-file.ts'
import greedy from '../../fixtures/headroom-tiny-greedy.json' with { type: 'json' }
import { engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { diskSource } from '../../support/memory-source.ts'

const folder = 'public/models/headroom-tiny'
const file = join(folder, 'headroom-tiny.gguf')

let served: ServedModel
beforeAll(async () => {
  served = await serveModelAt(file, ['headroom-tiny.gguf'])
})
afterAll(() => served?.close())

test('it takes 4 MB at most, with all that lies beside it', () => {
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  expect(bytes).toBeLessThanOrEqual(4_000_000)
})

test('it has 28 query heads over 4 key-value heads', async () => {
  const { manifest } = await openGguf(diskSource(file), 'headroom-tiny')
  expect(manifest.config).toMatchObject({
    architecture: 'llama',
    headCount: 28,
    kvHeadCount: 4,
    headSize: 32,
    contextLength: 512,
    tiedEmbeddings: true,
  })
})

test.each([{ shares: [1] }, { shares: [1, 1, 1, 1] }])(
  'its answers on $shares are transformers’ own',
  async ({ shares }) => {
    const room = engineRoom(served.baseUrl, shares, { weights: 'f32' })
    const plan = await room.coordinator.loadModel(served.source)
    for (const sublayer of plan.sublayers)
      if (sublayer.kind === 'attention')
        expect(sublayer.ranks.map(({ queryHeads }) => queryHeads.end - queryHeads.start)).toEqual(
          shares.map(() => 28 / shares.length),
        )
    for (const { prompt, promptTokens, tokens, text } of greedy) {
      const answer = await room.infer({ input: { messages: [{ role: 'user', content: prompt }] }, maxTokens: 120 })
      expect(answer.promptTokens).toEqual(promptTokens)
      expect(answer.tokens).toEqual(tokens)
      expect(answer.text).toBe(text)
    }
    room.close()
  },
)
