// Every family's checkpoint as GGUF, held to transformers' outputs on the checkpoint itself.
import { expect, test } from 'vitest'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import type { WeightWish } from '../../../src/weights/convert.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { checkpointGguf, type MatrixType } from '../../support/checkpoint-gguf.ts'
import { checkpointRanks, modelRanks } from '../../support/checkpoint-ranks.ts'
import { decoderOutcome, encoderOutcome, flat, largestDifference } from '../../support/expected-outputs.ts'
import { fixtureJson } from '../../support/fixture-files.ts'
import { memorySource } from '../../support/memory-source.ts'
import { type GgufFile, ggufBytes, ggufValue } from '../../support/write-gguf.ts'

const { uint32, float32, bool, string, strings } = ggufValue
const tolerance = 1e-3
/** Root mean square over that of the values; measured 0.0017 at most for F16, 0.042 for Q8_0 (transformers' own on those values: 0.042 too). */
const lossy = [
  { type: 'F16', loss: 0.002 },
  { type: 'Q8_0', loss: 0.05 },
] as const
const splits = [[1], [2, 1], [1, 2, 1], [1, 1, 2, 1]]
const decoders = ['llama-gqa', 'llama-nine-heads', 'llama3-rope', 'qwen2', 'qwen3', 'mistral-window', 'gpt2']

/** The converter leaves Mistral's window out, and llama.cpp does not look for it; other writers set the key. */
async function ggufOf(name: string, type: MatrixType = 'F32'): Promise<GgufFile> {
  const file = await checkpointGguf(name, type)
  if (name === 'mistral-window') file.keys['llama.attention.sliding_window'] = uint32(16)
  return file
}

async function opened(file: GgufFile) {
  const source = memorySource(ggufBytes(file))
  return { sources: [source], ...(await openGguf(source, 'model')) }
}

async function ranksOf(file: GgufFile, shares: readonly number[], weights: WeightWish = 'f32') {
  return modelRanks(await opened(file), referenceExecutor, shares, weights)
}

async function promptOf(name: string): Promise<number[]> {
  const { promptTokens } = (await fixtureJson(`tests/fixtures/${name}/case.json`)) as { promptTokens: number[] }
  return promptTokens
}

test.each(decoders.flatMap((name) => splits.map((shares) => ({ name, shares }))))(
  '$name as GGUF has transformers’ logits, hidden states and tokens on $shares',
  async ({ name, shares }) => {
    const ranks = await ranksOf(await ggufOf(name), shares)
    const { logitError, hiddenError, tokens, expectedTokens } = await decoderOutcome(name, ranks)
    expect(logitError).toBeLessThan(tolerance)
    expect(hiddenError).toBeLessThan(tolerance)
    expect(tokens).toEqual(expectedTokens)
  },
)

test.each(splits.map((shares) => ({ shares })))(
  'bert as GGUF has transformers’ hidden states on $shares',
  async ({ shares }) => {
    const { hiddenError, logitError } = await encoderOutcome('bert', await ranksOf(await ggufOf('bert'), shares))
    expect(hiddenError).toBeLessThan(tolerance)
    expect(logitError).toBe(null)
  },
)

test.each(decoders.flatMap((name) => lossy.map((precision) => ({ name, ...precision }))))(
  '$name with $type matrices is within $loss of transformers’ logits, and has its tokens',
  async ({ name, type, loss }) => {
    const ranks = await ranksOf(await ggufOf(name, type), [1, 2], 'auto')
    const { relativeError, tokens, expectedTokens } = await decoderOutcome(name, ranks)
    expect(relativeError).toBeLessThan(loss)
    expect(tokens).toEqual(expectedTokens)
  },
)

test.each(lossy)('bert with $type matrices is within $loss of transformers’ hidden states', async ({ type, loss }) => {
  const { relativeError } = await encoderOutcome('bert', await ranksOf(await ggufOf('bert', type), [1, 2], 'auto'))
  expect(relativeError).toBeLessThan(loss)
})

test('GPT-2 computes the same with an output matrix of its own, as converters wrote it until 2025', async () => {
  const file = await ggufOf('gpt2')
  file.tensors.push({ ...file.tensors.find(({ name }) => name === 'token_embd.weight')!, name: 'output.weight' })
  const ranks = await ranksOf(file, [2, 1])
  expect(ranks.config.tiedEmbeddings).toBe(false)
  const { logitError, tokens, expectedTokens } = await decoderOutcome('gpt2', ranks)
  expect(logitError).toBeLessThan(tolerance)
  expect(tokens).toEqual(expectedTokens)
})

test('a Mistral file that does not say its window sees all positions, as llama.cpp does', async () => {
  const prompt = await promptOf('mistral-window')
  const file = await checkpointGguf('mistral-window', 'F32')
  const { logits } = await (await ranksOf(file, [1])).run(prompt, 0)
  const { logits: windowed } = await (await checkpointRanks('mistral-window', referenceExecutor, [1])).run(prompt, 0)
  expect(largestDifference(flat(logits.slice(0, 16)), flat(windowed.slice(0, 16)))).toBeLessThan(tolerance)
  expect(largestDifference(logits.at(-1)!, windowed.at(-1)!)).toBeGreaterThan(0.1)
})

test('a BERT file without token types (DistilBERT’s) has the states of one whose types are all the first', async () => {
  const file = await ggufOf('bert')
  const floatsOf = (name: string) =>
    new Float32Array(file.tensors.find((tensor) => tensor.name === name)!.bytes.slice().buffer)
  const [types, positions] = [floatsOf('token_types.weight'), floatsOf('position_embd.weight')]
  const folded = positions.map((value, i) => value + types[i % 96]!)
  const tensors = file.tensors
    .filter(({ name }) => name !== 'token_types.weight')
    .map((tensor) =>
      tensor.name === 'position_embd.weight' ? { ...tensor, bytes: new Uint8Array(folded.buffer) } : tensor,
    )
  const without = await ranksOf({ keys: file.keys, tensors }, [2, 1])
  const full = await checkpointRanks('bert', referenceExecutor, [1])
  const tokens = [2, 7, 8, 9, 3]
  const { hidden } = await full.run(tokens, 0, 'all', { tokenTypes: tokens.map(() => 0) })
  expect(without.config.embedding.tokenTypeCount).toBe(0)
  expect(largestDifference((await without.run(tokens, 0)).hidden, hidden)).toBeLessThan(tolerance)
})

test.each([...decoders, 'bert'])('%s is the same model with every other key that tools write', async (name) => {
  const file = await ggufOf(name)
  const { manifest } = await opened(file)
  const { architecture } = manifest.config
  const own = {
    expert_count: uint32(0),
    expert_used_count: uint32(0),
    logit_scale: float32(0),
    pooling_type: uint32(1),
    'attention.causal': bool(name !== 'bert'),
    'rope.scaling.finetuned': bool(false),
    'classifier.output_labels': strings(['yes', 'no']),
  }
  const keys = {
    ...file.keys,
    'general.finetune': string('instruct'),
    'general.alignment': uint32(32),
    'general.sampling.temp': float32(0.7),
    'quantize.imatrix.file': string('imatrix.dat'),
    'tokenizer.chat_template': string('{{ messages }}'),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
  }
  expect((await opened({ ...file, keys })).manifest.config).toEqual(manifest.config)
})
