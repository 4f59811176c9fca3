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

/** More tabs than KV heads where the model allows it (qwen3 has two). */
const cases = [
  { name: 'qwen2', tabs: 2, query: 'executor=wasm&weights=f32&shares=2,1' },
  { name: 'qwen3', tabs: 3, query: 'executor=wasm&weights=f32' },
  { name: 'mistral-window', tabs: 2, query: 'executor=wasm&weights=f32&shares=1,2' },
  { name: 'gpt2', tabs: 4, query: 'executor=wasm&weights=f32' },
  { name: 'gpt2', tabs: 2, query: 'executor=webgpu&weights=f32&shares=2,1' },
]

for (const { name, tabs, query } of cases) {
  test(`${tabs} tabs with ${query} say what transformers says of ${name}`, async ({ stage }) => {
    const folder = join(projectRoot, 'tests/fixtures', name)
    const { promptTokens, greedyTokens } = JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')) as {
      promptTokens: number[]
      greedyTokens: number[]
    }
    const expected = (await readSafetensors(join(folder, 'expected.safetensors'))).get('logits')!.values
    const site = await stage.serve({ models: [folder] })
    const [leader] = await formRoom(stage, site, { tabs, query })
    await load(leader, name)
    const { tokens, logits } = await continued(leader, name, promptTokens, greedyTokens.length)
    expect(tokens).toEqual(greedyTokens)
    expect(logits.length).toBe(expected.length)
    const worst = logits.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
    expect(worst).toBeLessThan(tolerance)
    const held = (await view(leader)).devices.map(({ report }) => report?.weightBytes ?? 0)
    expect(held.filter((bytes) => bytes > 0)).toHaveLength(tabs)
  })
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
