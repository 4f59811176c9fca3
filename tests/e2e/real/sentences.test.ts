// A real encoder, all-MiniLM-L6-v2: its sentences' vectors over real tabs against those of the reference (sentence-transformers, float32).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cosineSimilarity } from '../../../src/model/pooling.ts'
import { call } from '../../../tools/browser-room.ts'
import { projectRoot } from '../../../tools/ensure-built.ts'
import { fetchModel } from '../../../tools/fetch-model.ts'
import { catalogueModel, modelsDirectory } from '../../../tools/model-catalogue.ts'
import { formRoom, load } from '../support/script.ts'
import { expect, test } from '../support/stage.ts'

const sentences: readonly { text: string; ids: number[]; embedding: number[] }[] = JSON.parse(
  readFileSync(join(projectRoot, 'tests/fixtures/minilm-embeddings.json'), 'utf8'),
)
const minilm = catalogueModel('minilm')

test.beforeAll(async () => {
  test.setTimeout(300_000)
  await fetchModel(minilm, { directory: modelsDirectory() })
})

for (const { weights, least } of [
  { weights: 'f32', least: 0.9999 },
  { weights: 'int8', least: 0.99 },
]) {
  for (const tabs of [1, 2, 3]) {
    test(`${tabs} tab(s) with ${weights} weights embed sentences as the reference does`, async ({ stage }) => {
      const site = await stage.serve({ models: [join(modelsDirectory(), minilm.location)] })
      const [leader] = await formRoom(stage, site, { tabs, query: `executor=wasm&weights=${weights}` })
      await load(leader, minilm.id)
      const encodings = await call(() =>
        leader.evaluate(
          async (texts) => {
            const encoded = await globalThis.headroom!.embed(texts)
            return encoded.map(({ tokens, embedding }) => ({ tokens, embedding: [...embedding] }))
          },
          sentences.map(({ text }) => text),
        ),
      )
      for (const [index, { text, ids, embedding }] of sentences.entries()) {
        expect(encodings[index]!.tokens, text).toEqual(ids)
        const likeness = cosineSimilarity(encodings[index]!.embedding, embedding)
        console.log(`${tabs} tab(s), ${weights}: cosine ${likeness.toFixed(6)} for "${text}"`)
        expect(likeness, text).toBeGreaterThanOrEqual(least)
      }
    })
  }
}
