// The outside oracle: seeded checkpoints of every decoder with every token's logits and hidden states from transformers (tools/fixtures/make.py).
import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { engineRoom, serveModelAt } from '../../support/engine-room.ts'
import { readSafetensors } from '../../support/read-safetensors.ts'

const tolerance = 1e-3

const decoders = ['llama-gqa', 'llama-nine-heads', 'llama3-rope', 'qwen2', 'qwen3', 'mistral-window', 'gpt2']
const cases = decoders.flatMap((name) => [[1], [2, 1], [1, 2, 1], [1, 1, 2, 1]].map((shares) => ({ name, shares })))

test.each(cases)('$name has transformers’ logits, hidden states and tokens on $shares', async ({ name, shares }) => {
  const folder = `tests/fixtures/${name}`
  const files = (await readdir(folder)).filter((file) => file !== 'case.json' && file !== 'expected.safetensors')
  const { promptTokens, greedyTokens } = JSON.parse(await readFile(`${folder}/case.json`, 'utf8')) as {
    promptTokens: number[]
    greedyTokens: number[]
  }
  const expected = await readSafetensors(`${folder}/expected.safetensors`)
  const served = await serveModelAt(
    folder,
    files.map((file) => `${name}/${file}`),
  )
  const room = engineRoom(served.baseUrl, shares, { weights: 'f32' })
  try {
    await room.coordinator.loadModel(served.source)
    const { dump, tokens } = await room.infer({
      input: { tokens: promptTokens },
      maxTokens: 24,
      ignoreEos: true,
      dump: true,
    })
    expect(tokens).toEqual(greedyTokens)
    const hiddenSize = dump!.hidden.length / promptTokens.length
    const states = expected.get('hidden_states')!.values
    expect(
      largestDifference(dump!.hidden, states.subarray(states.length - promptTokens.length * hiddenSize)),
    ).toBeLessThan(tolerance)
    expect(largestDifference(dump!.logits, expected.get('logits')!.values)).toBeLessThan(tolerance)
  } finally {
    room.close()
    await served.close()
  }
})

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  return actual.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0)
}
