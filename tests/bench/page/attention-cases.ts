// Attention over a long cache, through the executor: layers of 32 heads on 4, 64 wide, whose matrices are so narrow that next to attention
// they cost nothing, and so many of them that no processor's cache holds their keys and values, as in a model. These are written: pages of
// memory that nobody has written are one page of zeros, in the cache forever. The weights may stay zeros.

import { movedCount } from '../../../src/compute/cache-runs.ts'
import type { Step } from '../../../src/compute/executor.ts'
import type { SimdBuild } from '../../../src/compute/wasm/kernels.ts'
import { createWasmFactory } from '../../../src/compute/wasm/wasm-executor.ts'
import { type ModelConfig, plainDecoder } from '../../../src/model/config.ts'
import { bytesOf, tensorKey } from '../../../src/model/tensor.ts'
import type { Shard, ShardSublayer } from '../../../src/plan/shard-plan.ts'
import { shardTensors } from '../../../src/plan/shard-tensors.ts'
import type { KernelCase } from './kernel-cases.ts'

const [width, heads, kvHeads, headSize] = [32, 32, 4, 64]
/** Of keys and values, all layers together. */
const CACHE_BYTES = 2 ** 26
const WRITTEN_POSITIONS = 128

/** `tokens` at once, the last of them at `positions`; keys and values are `held` so. */
export async function attentionCase(
  simd: SimdBuild,
  tokens: number,
  positions: number,
  held: 'halves' | 'f32',
): Promise<KernelCase> {
  const layerCount = Math.ceil(CACHE_BYTES / (positions * 2 * kvHeads * headSize * (held === 'halves' ? 2 : 4)))
  const config: ModelConfig = {
    ...plainDecoder(width),
    architecture: 'bench',
    family: 'LLaMA',
    layerCount,
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
    sublayers: Array.from({ length: layerCount }, (_, layer): ShardSublayer[] => [
      { kind: 'attention', layer, hold: 'split', ...all },
      { kind: 'feedForward', layer, hold: 'split', ffn: { start: 0, end: 32 } },
    ]).flat(),
  }
  // Quantized weights have a cache of halves.
  const formats = Array.from({ length: layerCount }, (_, layer) =>
    (['key', 'value'] as const).map((role) => [tensorKey({ role, layer }), held === 'f32' ? 'f32' : 'int8'] as const),
  )
  const tensors = shardTensors(config, shard, Object.fromEntries(formats.flat()))
  const loader = await createWasmFactory(simd).create({ config, shard, tensors, threads: 1 })
  for (const tensor of tensors) {
    const rowCount = tensor.rows.end - tensor.rows.start
    const bytes = new Uint8Array(bytesOf(tensor.format, rowCount, tensor.columns.end - tensor.columns.start))
    await loader.write({ tensor, firstRow: 0, rowCount, bytes })
  }
  const executor = await loader.finish()
  const pastLength = positions - tokens
  for (let start = 0; start < pastLength; start += WRITTEN_POSITIONS) {
    const written = { start, end: Math.min(start + WRITTEN_POSITIONS, pastLength) }
    const count = movedCount(config, shard, written.end - start)
    executor.cache!.write(
      written,
      Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 101),
    )
  }
  const step: Step = {
    epoch: 0,
    step: 0,
    sequence: 0,
    pastLength,
    tokens: new Array<number>(tokens).fill(1),
    positions: Array.from({ length: tokens }, (_, i) => pastLength + i),
    rows: 'last',
  }
  const state = executor.begin(step, executor.embed(step))
  return {
    kernel: `attention of ${tokens === 1 ? 'one token' : `${tokens} tokens`}`,
    shape: `${positions} positions, ${heads} heads on ${kvHeads}, ${layerCount} layers, ${held}`,
    bytes: executor.memory.kvBytes,
    multiplyAdds: 2 * layerCount * heads * headSize * tokens * (pastLength + (tokens + 1) / 2),
    arithmetic: 'floats',
    run: () => executor.advance!(state, 0, shard.sublayers.length),
  }
}
