// The real model's answers to 24 chat prompts by transformers in float32: what formats are measured against.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { projectRoot } from './ensure-built.ts'

const fixture = v.array(
  v.object({
    prompt: v.string(),
    promptTokens: v.array(v.number()),
    /** What transformers chose, greedily. */
    tokens: v.array(v.number()),
    /** By how much each led. */
    margins: v.array(v.number()),
    /** Token and logit of the five best, per step. */
    top: v.array(v.array(v.tuple([v.number(), v.number()]))),
  }),
)

export type ForcedPrompt = v.InferOutput<typeof fixture>[number]

export async function readForcedPrompts(): Promise<ForcedPrompt[]> {
  return v.parse(fixture, JSON.parse(await readFile(join(projectRoot, 'tests/fixtures/smollm2-greedy.json'), 'utf8')))
}
