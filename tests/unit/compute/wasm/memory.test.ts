// A device is given no more of a model than the plan says it can hold: so the plan must count no less than the executor takes.
import { expect, test } from 'vitest'
import { planMemory } from '../../../../src/compute/wasm/memory-layout.ts'
import { openState, stateBytes } from '../../../../src/compute/wasm/step-state.ts'
import type { ModelConfig } from '../../../../src/model/config.ts'
import { ropeFrequencies } from '../../../../src/model/rope.ts'
import { shardMemory, stepTokens } from '../../../../src/plan/plan-memory.ts'
import { shardOf } from '../../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../../src/plan/shard-tensors.ts'
import { planShards } from '../../../../src/plan/splitter.ts'
import { bertLike, gptLike, mistralLike, mobileBertLike, qwenLike } from '../../../support/family-configs.ts'
import { blockFormats, device, smollm2 } from '../../../support/plan-models.ts'

const rope = (rotatedSize: number) =>
  ({ kind: 'rope', theta: 1e6, layout: 'half-split', rotatedSize, scaling: { kind: 'none' } }) as const

/** Shapes of models people run. */
const models: Record<string, ModelConfig> = {
  'SmolLM2 135M': smollm2,
  'Qwen3 0.6B': qwenLike({
    layerCount: 28,
    hiddenSize: 1024,
    headCount: 16,
    kvHeadCount: 8,
    headSize: 128,
    ffnSize: 3072,
    vocabSize: 151_936,
    contextLength: 4096,
    positions: rope(128),
    tiedEmbeddings: true,
  }),
  'Mistral 7B': mistralLike({
    layerCount: 32,
    hiddenSize: 4096,
    headCount: 32,
    kvHeadCount: 8,
    headSize: 128,
    ffnSize: 14_336,
    vocabSize: 32_000,
    contextLength: 32_768,
    attentionWindow: 4096,
    positions: rope(128),
  }),
  'GPT-2 124M': gptLike({
    layerCount: 12,
    hiddenSize: 768,
    headCount: 12,
    kvHeadCount: 12,
    headSize: 64,
    ffnSize: 3072,
    vocabSize: 50_257,
    contextLength: 1024,
    embedding: { size: 768, trigram: false, tokenTypeCount: 0, norm: false },
  }),
  'MiniLM L6': bertLike({
    layerCount: 6,
    hiddenSize: 384,
    headCount: 12,
    kvHeadCount: 12,
    headSize: 32,
    ffnSize: 1536,
    vocabSize: 30_522,
    contextLength: 512,
    head: 'none',
    embedding: { size: 384, trigram: false, tokenTypeCount: 2, norm: true },
  }),
  MobileBERT: mobileBertLike({
    layerCount: 24,
    hiddenSize: 512,
    headCount: 4,
    kvHeadCount: 4,
    headSize: 32,
    ffnSize: 512,
    vocabSize: 30_522,
    contextLength: 512,
    embedding: { size: 128, trigram: true, tokenTypeCount: 2, norm: true },
    bottleneck: { size: 128, sharedKeyQuery: true },
  }),
}
const splits = [[1], [2, 1], [1, 2, 1], [1, 1, 2, 1], [1, 99]]

test.each(Object.entries(models).flatMap(([name, config]) => splits.map((shares) => ({ name, config, shares }))))(
  '$name on $shares takes no more than planned',
  ({ name, config, shares }) => {
    for (const format of ['f32', 'int8', 'int4'] as const) {
      const formats = blockFormats(config, format)
      const { contextLength } = config
      const profiles = shares.map((_, rank) => device(rank, 2 ** 40, 1e9))
      const plan = planShards(config, profiles, { modelId: name, epoch: 1, formats, contextLength, shares })
      for (const rank of shares.keys()) {
        const shard = shardOf(plan, rank)
        const setup = { config, shard, tensors: shardTensors(config, shard, formats), threads: 4 }
        const { fixedBytes, chunkCount, workspace } = planMemory(setup, setup.threads)
        const tokenCount = Math.min(stepTokens(config), contextLength)
        const positions = Array.from({ length: tokenCount }, (_, i) => i)
        const step = { epoch: 1, step: 0, sequence: 0, pastLength: 0, tokens: [], positions, rows: 'last' as const }
        const embedded = new Float32Array(tokenCount * config.hiddenSize)
        const state = openState(config, ropeFrequencies(config.positions, null), step, embedded)
        const pages = Math.ceil((fixedBytes + chunkCount * workspace.chunkBytes) / 65_536)
        const takes = pages * 65_536 + stateBytes(state)
        expect(takes).toBeLessThanOrEqual(shardMemory(config, shard, formats, 'wasm').totalBytes)
      }
    }
  },
)
