// Every family of decoders over real tabs, from real checkpoints: transformers' logits at every position and its tokens.
// Encoders have a file of their own.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { call } from '../../tools/browser-room.ts'
import { projectRoot } from '../../tools/ensure-built.ts'
import { readSafetensors } from '../support/read-safetensors.ts'
import { formRoom, load, view } from './support/script.ts'
import { expect, test } from './support/stage.ts'

const tolerance = 1e-3

/** `models` run one after the other in one room. Four tabs are more than qwen3 has KV heads. */
const rooms = [
  { models: ['qwen2', 'qwen3', 'mistral-window', 'gpt2'], tabs: 4, query: 'executor=wasm&weights=f32&shares=2,1,1,1' },
  { models: ['gpt2'], tabs: 2, query: 'executor=webgpu&weights=f32&shares=2,1' },
]

for (const { models, tabs, query } of rooms) {
  test(`${tabs} tabs with ${query} say what transformers says of ${models.join(', ')}`, async ({ stage }) => {
    const folders = models.map((name) => join(projectRoot, 'tests/fixtures', name))
    const site = await stage.serve({ models: folders })
    const [leader] = await formRoom(stage, site, { tabs, query })
    for (const [index, name] of models.entries()) await expectTransformers(leader, name, folders[index]!, tabs)
  })
}

async function expectTransformers(leader: Page, name: string, folder: string, tabs: number): Promise<void> {
  const { promptTokens, greedyTokens } = JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')) as {
    promptTokens: number[]
    greedyTokens: number[]
  }
  const expected = (await readSafetensors(join(folder, 'expected.safetensors'))).get('logits')!.values
  await load(leader, name)
  const { tokens, logits } = await continued(leader, name, promptTokens, greedyTokens.length)
  expect(tokens, name).toEqual(greedyTokens)
  expect(logits.length).toBe(expected.length)
  const worst = logits.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
  expect(worst, name).toBeLessThan(tolerance)
  const held = (await view(leader)).devices.map(({ report }) => report?.weightBytes ?? 0)
  expect(held.filter((bytes) => bytes > 0)).toHaveLength(tabs)
}

function continued(leader: Page, model: string, tokens: readonly number[], maxTokens: number) {
  return call(() =>
    leader.evaluate(
      async (asked) => {
        const greedy = { ignoreEos: true, sampling: { temperature: 0 }, logits: true }
        const result = await globalThis.headroom!.processInference({ ...greedy, ...asked })
        if (result.kind !== 'generated') throw new Error('The model embeds text.')
        return { tokens: result.tokens, logits: [...result.dump!.logits] }
      },
      { model, input: { tokens }, maxTokens },
    ),
  )
}
