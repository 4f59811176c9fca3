// The outside oracle for encoders: seeded checkpoints with hidden states, means and logits from transformers (tools/fixtures/make.py), the
// second row of each padded. No trained MobileBERT is at hand.
import { readdir } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { EncoderInput } from '../../../src/cluster/encoding.ts'
import { type EngineRoom, engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { type NamedTensor, readSafetensors } from '../../support/read-safetensors.ts'

const tolerance = 1e-3
const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const opened of open.splice(0).reverse()) await opened.close()
})

async function loaded(name: string, shares: readonly number[]): Promise<EngineRoom> {
  const folder = `tests/fixtures/${name}`
  const files = (await readdir(folder)).filter((file) => file !== 'case.json' && file !== 'expected.safetensors')
  const served: ServedModel = await serveModelAt(
    folder,
    files.map((file) => `${name}/${file}`),
  )
  open.push(served)
  const room = engineRoom(served.baseUrl, shares, { weights: 'f32' })
  open.push(room)
  await room.coordinator.loadModel(served.source)
  return room
}

const cases = ['bert', 'mobilebert'].flatMap((name) =>
  [[1], [2, 1], [1, 2, 1], [1, 1, 2, 1]].map((shares) => ({ name, shares })),
)

test.each(cases)('$name has transformers’ states, means and logits on $shares', async ({ name, shares }) => {
  const expected = await readSafetensors(`tests/fixtures/${name}/expected.safetensors`, ['F32', 'I32'])
  const room = await loaded(name, shares)
  const inputs = [0, 1].map((row) => inputOf(expected, row))
  const encodings = await room.encode({ inputs, hidden: true, logits: true })
  for (const [row, { hidden, logits, embedding, candidates, truncatedTokens }] of encodings.entries()) {
    const states = rowOf(expected.get('hidden_states')!, row)
    expect(largestDifference(hidden!, states.subarray(states.length - hidden!.length))).toBeLessThan(tolerance)
    expect(largestDifference(logits!, rowOf(expected.get('logits')!, row))).toBeLessThan(tolerance)
    expect(largestDifference(embedding, rowOf(expected.get('mean_pooled')!, row))).toBeLessThan(tolerance)
    expect(candidates).toBeNull()
    expect(truncatedTokens).toBe(0)
  }
})

test('an encoder without files that say so pools the mean as it is', async () => {
  const room = await loaded('bert', [1])
  expect(room.coordinator.model?.encoder).toEqual({ pooling: { kind: 'mean', normalized: false }, maskText: null })
})

describe('what an encoder refuses, saying why', () => {
  const long = Array.from({ length: 600 }, () => 5)
  test.each<[EncoderInput, RegExp]>([
    [{ tokens: [] }, /empty/],
    [{ tokens: long }, /600 tokens, \d+ more than the \d+ that this model sees at once/],
    [{ tokens: [5, 1e6] }, /Token 1000000 is not one of/],
    [{ tokens: [5, 6], attentionMask: [1] }, /attention mask has 1 numbers for 2 tokens/],
    [{ tokens: [5, 6], attentionMask: [1, 2] }, /attention mask has a 2, but this model knows 0 to 1/],
    [{ tokens: [5, 6], attentionMask: [0, 0] }, /hides every token/],
    [{ tokens: [5, 6], tokenTypes: [0, 2] }, /list of token types has a 2, but this model knows 0 to 1/],
    [{ text: 'Hello' }, /without a tokenizer/],
  ])('%j', async (input, words) => {
    const room = await loaded('bert', [1])
    await expect(room.encode({ inputs: [input] })).rejects.toMatchObject({ code: 'bad-input', message: words })
    await room.encode({ inputs: [{ tokens: [5, 6] }] })
  })

  test('a chat', async () => {
    const room = await loaded('bert', [1])
    const asked = room.infer({ input: { tokens: [5, 6] } })
    await expect(asked).rejects.toMatchObject({ code: 'bad-input', message: /embeds text and does not chat/ })
  })
})

test('a model that generates embeds nothing, and knows no token types', async () => {
  const room = await loaded('llama-gqa', [1])
  expect(room.coordinator.model?.encoder).toBeNull()
  await expect(room.encode({ inputs: [{ tokens: [5] }] })).rejects.toMatchObject({
    code: 'bad-input',
    message: /writes text and embeds none/,
  })
  await expect(room.infer({ input: { tokens: [5], tokenTypes: [0] } })).rejects.toMatchObject({
    code: 'bad-input',
    message: /Token types/,
  })
})

function inputOf(expected: Map<string, NamedTensor>, row: number): EncoderInput {
  const numbers = (key: string) => [...rowOf(expected.get(key)!, row)]
  return {
    tokens: numbers('input_ids'),
    tokenTypes: numbers('token_type_ids'),
    attentionMask: numbers('attention_mask'),
  }
}

/** Row `index` of the outermost dimension. */
function rowOf({ shape, values }: NamedTensor, index: number): Float32Array {
  const size = values.length / shape[0]!
  return values.subarray(index * size, (index + 1) * size)
}

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  return actual.reduce(
    (worst, value, i) => (Number.isNaN(value) ? Infinity : Math.max(worst, Math.abs(value - expected[i]!))),
    0,
  )
}
