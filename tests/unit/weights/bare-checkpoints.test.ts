// Checkpoints of bare models, as sentence-transformers, older libraries and OpenAI's GPT-2 repository hold them: no prefix before names, older
// names of norms, buffers that are no weights, one file or several.
import { expect, test } from 'vitest'
import { ModelFormatError } from '../../../src/base/errors.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import type { ByteSource } from '../../../src/weights/byte-source.ts'
import { openSafetensors } from '../../../src/weights/model-file.ts'
import { safetensorsBytes, type TensorToWrite } from '../../../tools/write-safetensors.ts'
import { checkpointConfig, checkpointPaths } from '../../support/checkpoint-files.ts'
import { modelRanks } from '../../support/checkpoint-ranks.ts'
import { decoderOutcome, encoderOutcome } from '../../support/expected-outputs.ts'
import { fixtureBytes } from '../../support/fixture-files.ts'
import { memorySource } from '../../support/memory-source.ts'
import { rawSafetensors } from '../../support/read-safetensors.ts'

const tolerance = 1e-3
const forms = [1, 3].flatMap((fileCount) => [[1], [1, 2, 1]].map((shares) => ({ fileCount, shares })))

const withoutPrefix = (name: string) => name.replace(/^(model|transformer|bert|mobilebert)\./, '')
const withOlderNorms = (name: string) =>
  name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')

/** Buffers and heads that exports hold beside the weights. */
const buffers: Readonly<Record<string, TensorToWrite>> = {
  'h.0.attn.bias': { dtype: 'F32', shape: [1, 1, 4, 4], bytes: new Uint8Array(64) },
  'h.1.attn.masked_bias': { dtype: 'F32', shape: [], bytes: new Uint8Array(4) },
  'h.2.attn.bias': { dtype: 'BOOL', shape: [1, 1, 4, 4], bytes: new Uint8Array(16) },
  'embeddings.position_ids': { dtype: 'I64', shape: [1, 64], bytes: new Uint8Array(512) },
  'pooler.dense.weight': { dtype: 'F32', shape: [2, 2], bytes: new Uint8Array(16) },
  'cls.seq_relationship.bias': { dtype: 'F32', shape: [2], bytes: new Uint8Array(8) },
  'layers.0.self_attn.rotary_emb.inv_freq': { dtype: 'F32', shape: [8], bytes: new Uint8Array(32) },
}

/** `tests/fixtures/<name>`'s tensors by the names that `rename` gives, null for none, dealt to `fileCount` files. */
async function renamed(
  name: string,
  rename: (tensor: string) => string | null,
  fileCount: number,
): Promise<ByteSource[]> {
  const files: Record<string, TensorToWrite>[] = Array.from({ length: fileCount }, () => ({}))
  const whole = await Promise.all(checkpointPaths(name).map(async (path) => rawSafetensors(await fixtureBytes(path))))
  const all = [...whole.flatMap((tensors) => [...tensors]), ...Object.entries(buffers)]
  for (const [index, [tensorName, tensor]] of all.entries()) {
    const newName = rename(tensorName)
    if (newName !== null) files[index % fileCount]![newName] = tensor
  }
  return files.map((tensors, index) => memorySource(safetensorsBytes(tensors), `model-${index + 1}.safetensors`))
}

async function ranksOf(name: string, sources: readonly ByteSource[], shares: readonly number[]) {
  const { manifest } = await openSafetensors({ config: await checkpointConfig(name), files: sources }, name)
  return modelRanks({ manifest, sources }, referenceExecutor, shares)
}

const bareDecoders = ['gpt2', 'llama-gqa', 'qwen2', 'qwen3']

test.each(bareDecoders.flatMap((name) => forms.map((form) => ({ name, ...form }))))(
  '$name without prefixes in $fileCount files has transformers’ logits and tokens on $shares',
  async ({ name, fileCount, shares }) => {
    const ranks = await ranksOf(name, await renamed(name, withoutPrefix, fileCount), shares)
    const { logitError, tokens, expectedTokens } = await decoderOutcome(name, ranks)
    expect(logitError).toBeLessThan(tolerance)
    expect(tokens).toEqual(expectedTokens)
  },
)

test.each(['bert', 'mobilebert'].flatMap((name) => forms.map((form) => ({ name, ...form }))))(
  '$name without prefixes and head in $fileCount files has transformers’ hidden states on $shares',
  async ({ name, fileCount, shares }) => {
    const bare = (tensor: string) => (tensor.startsWith('cls.predictions') ? null : withoutPrefix(tensor))
    for (const rename of [bare, (tensor: string) => withOlderNorms(bare(tensor) ?? '') || null]) {
      const ranks = await ranksOf(name, await renamed(name, rename, fileCount), shares)
      const { logitError, hiddenError } = await encoderOutcome(name, ranks)
      expect(logitError).toBe(null)
      expect(hiddenError).toBeLessThan(tolerance)
    }
  },
)

test('BERT with gamma and beta, as Google’s own checkpoint names them, has transformers’ logits', async () => {
  const ranks = await ranksOf('bert', await renamed('bert', withOlderNorms, 1), [2, 1])
  const { logitError, hiddenError } = await encoderOutcome('bert', ranks)
  expect(logitError).toBeLessThan(tolerance)
  expect(hiddenError).toBeLessThan(tolerance)
})

test('a bare model whose head is its own, and so not there, is refused by the name of what is missing', async () => {
  const sources = await renamed('llama3-rope', (name) => (name === 'lm_head.weight' ? null : withoutPrefix(name)), 1)
  const refused = ranksOf('llama3-rope', sources, [1])
  await expect(refused).rejects.toThrow(ModelFormatError)
  await expect(refused).rejects.toThrow(/no tensor lm_head\.weight/)
})
