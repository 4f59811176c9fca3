// Every family against transformers' own float32 outputs (tools/fixtures/make.py), on any executor: seeded models, because no trained
// Mistral, GPT-2 or MobileBERT is at hand.
import { expect, test } from 'vitest'
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { checkpointRanks } from '../support/checkpoint-ranks.ts'
import { fixtureJson } from '../support/fixture-files.ts'
import { type NamedTensor, readSafetensors } from '../support/read-safetensors.ts'

const tolerance = 1e-3
const splits = [[1], [2, 1], [1, 2, 1], [1, 1, 2, 1]]
const decoders = ['llama-gqa', 'llama-nine-heads', 'llama3-rope', 'qwen2', 'qwen3', 'mistral-window', 'gpt2']
const encoders = ['bert', 'mobilebert']
const over = (names: readonly string[]) => names.flatMap((name) => splits.map((shares) => ({ name, shares })))

/** Registers the suite; call it inside a `describe`. */
export function checkpointContract(factory: ExecutorFactory): void {
  test.each(over(decoders))(
    '$name has transformers’ logits, hidden states and tokens on $shares',
    async ({ name, shares }) => {
      const ranks = await checkpointRanks(name, factory, shares)
      const expected = await readSafetensors(`tests/fixtures/${name}/expected.safetensors`)
      const { promptTokens, greedyTokens } = (await fixtureJson(`tests/fixtures/${name}/case.json`)) as Record<
        'promptTokens' | 'greedyTokens',
        number[]
      >
      const { logits, hidden } = await ranks.run(promptTokens, 0)
      expect(largestDifference(flat(logits), expected.get('logits')!.values)).toBeLessThan(tolerance)
      expect(largestDifference(hidden, lastState(expected.get('hidden_states')!))).toBeLessThan(tolerance)
      const tokens = [best(logits.at(-1)!)]
      while (tokens.length < greedyTokens.length) {
        const at = promptTokens.length + tokens.length - 1
        tokens.push(best((await ranks.run([tokens.at(-1)!], at, 'last')).logits[0]!))
      }
      expect(tokens).toEqual(greedyTokens)
      ranks.close()
    },
  )

  test.each(over(encoders))('$name has transformers’ logits and hidden states on $shares', async ({ name, shares }) => {
    const ranks = await checkpointRanks(name, factory, shares)
    const expected = await readSafetensors(`tests/fixtures/${name}/expected.safetensors`, ['F32', 'I32'])
    for (const row of [0, 1]) {
      const [tokens, mask, tokenTypes] = ['input_ids', 'attention_mask', 'token_type_ids'].map((key) => [
        ...rowOf(expected.get(key)!, row),
      ]) as [number[], number[], number[]]
      const seen = mask.filter((shown) => shown === 1).length
      const { logits, hidden } = await ranks.run(tokens, 0, 'all', { mask, tokenTypes })
      const wanted = rowOf(expected.get('logits')!, row)
      const states = rowOf(expected.get('hidden_states')!, row)
      const last = states.subarray(states.length - hidden.length)
      const width = hidden.length / tokens.length
      expect(largestDifference(flat(logits.slice(0, seen)), wanted.subarray(0, seen * logits[0]!.length))).toBeLessThan(
        tolerance,
      )
      expect(largestDifference(hidden.subarray(0, seen * width), last.subarray(0, seen * width))).toBeLessThan(
        tolerance,
      )
    }
    ranks.close()
  })
}

function flat(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]))
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

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  return actual.reduce(
    (worst, value, i) => (Number.isNaN(value) ? Infinity : Math.max(worst, Math.abs(value - expected[i]!))),
    0,
  )
}
