// How far ranks are from transformers' own float32 outputs (tools/fixtures/make.py) on a seeded checkpoint.
import { expect } from 'vitest'
import type { Ensemble } from './ensemble.ts'
import { fixtureJson } from './fixture-files.ts'
import { type NamedTensor, readSafetensors } from './read-safetensors.ts'

export interface DecoderOutcome {
  /** Largest difference over the prompt. */
  logitError: number
  /** Of the final hidden states. */
  hiddenError: number
  /** Root mean square of the logits' differences over that of the logits. */
  relativeError: number
  tokens: number[]
  expectedTokens: number[]
}

/** Runs the prompt of `tests/fixtures/<name>`, then greedily as many tokens as transformers did. */
export async function decoderOutcome(name: string, ranks: Ensemble): Promise<DecoderOutcome> {
  const expected = await readSafetensors(`tests/fixtures/${name}/expected.safetensors`)
  const { promptTokens, greedyTokens } = (await fixtureJson(`tests/fixtures/${name}/case.json`)) as Record<
    'promptTokens' | 'greedyTokens',
    number[]
  >
  const { logits, hidden } = await ranks.run(promptTokens, 0)
  const tokens = [best(logits.at(-1)!)]
  while (tokens.length < greedyTokens.length) {
    const at = promptTokens.length + tokens.length - 1
    tokens.push(best((await ranks.run([tokens.at(-1)!], at, 'last')).logits[0]!))
  }
  return {
    logitError: largestDifference(flat(logits), expected.get('logits')!.values),
    hiddenError: largestDifference(hidden, lastState(expected.get('hidden_states')!)),
    relativeError: relativeDifference(flat(logits), expected.get('logits')!.values),
    tokens,
    expectedTokens: greedyTokens,
  }
}

export interface EncoderOutcome {
  /** Largest differences where the mask is 1; null without a head. */
  logitError: number | null
  hiddenError: number
  /** Root mean square of the final hidden states' differences over that of the states: the larger of both texts. */
  relativeError: number
}

/** Runs both texts of `tests/fixtures/<name>`, the second of which is padded. */
export async function encoderOutcome(name: string, ranks: Ensemble): Promise<EncoderOutcome> {
  const expected = await readSafetensors(`tests/fixtures/${name}/expected.safetensors`, ['F32', 'I32'])
  const outcome: EncoderOutcome = {
    logitError: ranks.config.head === 'none' ? null : 0,
    hiddenError: 0,
    relativeError: 0,
  }
  for (const row of [0, 1]) {
    const [tokens, mask, tokenTypes] = ['input_ids', 'attention_mask', 'token_type_ids'].map((key) => [
      ...rowOf(expected.get(key)!, row),
    ]) as [number[], number[], number[]]
    const seen = mask.filter((shown) => shown === 1).length
    const { logits, hidden } = await ranks.run(tokens, 0, 'all', { mask, tokenTypes })
    const all = rowOf(expected.get('hidden_states')!, row)
    const last = all.subarray(all.length - hidden.length)
    const shown = seen * (hidden.length / tokens.length)
    const [found, states] = [hidden.subarray(0, shown), last.subarray(0, shown)]
    outcome.hiddenError = Math.max(outcome.hiddenError, largestDifference(found, states))
    outcome.relativeError = Math.max(outcome.relativeError, relativeDifference(found, states))
    if (outcome.logitError === null) continue
    const wanted = rowOf(expected.get('logits')!, row).subarray(0, seen * logits[0]!.length)
    outcome.logitError = Math.max(outcome.logitError, largestDifference(flat(logits.slice(0, seen)), wanted))
  }
  return outcome
}

export function flat(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]))
}

/** NaN counts as infinitely far. */
export function largestDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  return actual.reduce(
    (worst, value, i) => (Number.isNaN(value) ? Infinity : Math.max(worst, Math.abs(value - expected[i]!))),
    0,
  )
}

function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  const square = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0)
  return Math.sqrt(square(actual.map((value, i) => value - expected[i]!)) / square(expected))
}

/** Row `index` of the outermost dimension. */
function rowOf({ shape, values }: NamedTensor, index: number): Float32Array {
  const size = values.length / shape[0]!
  return values.subarray(index * size, (index + 1) * size)
}

function lastState(states: NamedTensor): Float32Array {
  return rowOf(states, states.shape[0]! - 1)
}

function best(logits: Float32Array): number {
  return logits.indexOf(Math.max(...logits))
}
