// What transformers answers with the default model's weights, greedily, up to 64 tokens a prompt.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { projectRoot } from '../../../tools/ensure-built.ts'
import { catalogue } from '../../../tools/model-catalogue.ts'
import { infer } from './script.ts'

export interface Reference {
  prompt: string
  promptTokens: number[]
  tokens: number[]
}

export const references: readonly Reference[] = JSON.parse(
  readFileSync(join(projectRoot, 'tests/fixtures/smollm2-greedy.json'), 'utf8'),
)

/** Asks a leader with the default model loaded, and expects every token. */
export async function expectReference(leader: Page, { prompt, promptTokens, tokens }: Reference): Promise<void> {
  const input = { messages: [{ role: 'user' as const, content: prompt }] }
  const answer = await infer(leader, { model: catalogue.defaultModel, input, maxTokens: 64 })
  expect(answer.promptTokens, prompt).toEqual(promptTokens)
  expect(answer.tokens, prompt).toEqual(tokens)
}
