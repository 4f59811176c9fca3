// Attention over a long cache, through the executor: a layer of 32 heads on 4, 64 wide, whose matrices are so narrow that next to attention
// they cost nothing. Weights and cache are zeros; speed does not depend on them.

import type { Step } from '../../../src/compute/executor.ts'
import type { SimdBuild } from '../../../src/compute/wasm/kernels.ts'
import { createWasmFactory } from '../../../src/compute/wasm/wasm-executor.ts'
import { type ModelConfig, plainDecoder } from '../../../src/model/config.ts'
import { bytesOf } from '../../../src/model/tensor.ts'
import type { Shard } from '../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import type { KernelCase } from './kernel-cases.ts'

const [width, heads, kvHeads, headSize] = [32, 32, 4, 64]

/** `tokens` at once, the last of them at `positions`. */
export async function attentionCase(simd: SimdBuild, tokens: number, positions: number): Promise<KernelCase> {
  const config: ModelConfig = {
    ...plainDecoder(width),
    architecture: 'bench',
    family: 'LLaMA',
    layerCount: 1,
    hiddenSize: width,
    headCount: heads,
    kvHeadCount: kvHeads,
    headSize,
    ffnSize: 32,
    vocabSize: 32,
    contextLength: positions,
    norm: { kind: 'rms', epsilon: 1e-5, placement: 'pre' },
    positions: { kind: 'rope', theta: 10000, layout: 'half-split', rotatedSize: headSize, scaling: { kind: 'none' } },
    tiedEmbeddings: true,
  }
  const all = { queryHeads: { start: 0, end: heads }, kvHeads: { start: 0, end: kvHeads } }
  const shard: Shard = {
    rank: 0,
    worldSize: 1,
    epoch: 0,
    contextLength: positions,
    vocabulary: { start: 0, end: 32 },
    sublayers: [
      { kind: 'attention', layer: 0, hold: 'split', ...all },
      { kind: 'feedForward', layer: 0, hold: 'split', ffn: { start: 0, end: 32 } },
    ],
  }
  const tensors = shardTensors(config, shard, {})
  const loader = await createWasmFactory(simd).create({ config, shard, tensors, threads: 1 })
  for (const tensor of tensors) {
    const rowCount = tensor.rows.end - tensor.rows.start
    const bytes = new Uint8Array(bytesOf(tensor.format, rowCount, tensor.columns.end - tensor.columns.start))
    await loader.write({ tensor, firstRow: 0, rowCount, bytes })
  }
  const executor = await loader.finish()
  const pastLength = positions - tokens
  const begin = (past: number, count: number) => {
    const step: Step = {
      epoch: 0,
      step: 0,
      sequence: 0,
      pastLength: past,
      tokens: new Array<number>(count).fill(1),
      positions: Array.from({ length: count }, (_, i) => past + i),
      rows: 'last',
    }
    return executor.begin(step, executor.embed(step))
  }
  begin(0, pastLength)
  const state = begin(pastLength, tokens)
  return {
    kernel: `attention of ${tokens === 1 ? 'one token' : `${tokens} tokens`}`,
    shape: `${positions} positions, ${heads} heads on ${kvHeads}`,
    bytes: executor.memory.kvBytes,
    multiplyAdds: 2 * heads * headSize * tokens * (pastLength + (tokens + 1) / 2),
    arithmetic: 'floats',
    run: () => executor.partial(state, 0),
  }
}
