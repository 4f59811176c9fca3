// How fast an executor decodes here, found by decoding: a small model of random blocks, too large for a phone's caches.

import { throwIfAborted } from '../base/errors.ts'
import { type ModelConfig, plainDecoder } from '../model/config.ts'
import { bytesOf, FORMAT_LAYOUT, type ShardTensor } from '../model/tensor.ts'
import type { Shard } from '../plan/shard-plan.ts'
import { shardTensors } from '../plan/shard-tensors.ts'
import type { Executor, ExecutorFactory, ExecutorSetup } from './executor.ts'

/** 19 MB of int4 blocks: two layers of a model 1,024 wide. */
const config: ModelConfig = {
  ...plainDecoder(1024),
  architecture: 'measure',
  family: 'LLaMA',
  layerCount: 2,
  hiddenSize: 1024,
  headCount: 16,
  kvHeadCount: 4,
  headSize: 64,
  ffnSize: 4096,
  vocabSize: 32,
  contextLength: 64,
  norm: { kind: 'rms', epsilon: 1e-5, placement: 'pre' },
  positions: { kind: 'rope', theta: 10000, layout: 'half-split', rotatedSize: 64, scaling: { kind: 'none' } },
  tiedEmbeddings: true,
}

const shard: Shard = {
  rank: 0,
  worldSize: 1,
  epoch: 0,
  contextLength: config.contextLength,
  vocabulary: { start: 0, end: config.vocabSize },
  sublayers: [0, 1].flatMap((layer) => [
    {
      kind: 'attention' as const,
      layer,
      hold: 'split' as const,
      queryHeads: { start: 0, end: 16 },
      kvHeads: { start: 0, end: 4 },
    },
    { kind: 'feedForward' as const, layer, hold: 'split' as const, ffn: { start: 0, end: 4096 } },
  ]),
}

export interface MeasureOptions {
  /** How long steps are timed, after one of warming up; one step is timed however long it takes. */
  budgetMs?: number
  /** The figure so far, after each timed step. */
  onFigure?: (weightBytesPerSecond: number) => void
  /** Looked at between tensors and between steps, which are waited for. */
  signal?: AbortSignal
}

/** Weight bytes (as in the blocks of the file) a second in decode. Throws as the factory does, or the signal's reason. */
export async function measureDecode(
  factory: ExecutorFactory,
  threads: number,
  { budgetMs = 250, onFigure, signal }: MeasureOptions = {},
): Promise<number> {
  const matrices = ['query', 'key', 'value', 'attentionOutput', 'gate', 'up', 'down']
  const formats = Object.fromEntries(
    [0, 1].flatMap((layer) => matrices.map((role) => [`${role}.${layer}`, 'int4' as const])),
  )
  const tensors = shardTensors(config, shard, formats)
  const stepBytes = tensors.reduce((sum, tensor) => sum + byteCount(tensor), 0)
  const executor = await load(factory, { config, shard, tensors, threads }, signal)
  try {
    await decode(executor, 0)
    const start = performance.now()
    let weightBytesPerSecond: number
    let steps = 0
    do {
      throwIfAborted(signal)
      await decode(executor, ++steps)
      weightBytesPerSecond = (1000 * stepBytes * steps) / (performance.now() - start)
      onFigure?.(weightBytesPerSecond)
    } while (performance.now() - start < budgetMs && steps < config.contextLength - 1)
    return weightBytesPerSecond
  } finally {
    executor.close()
  }
}

async function load(factory: ExecutorFactory, setup: ExecutorSetup, signal?: AbortSignal): Promise<Executor> {
  const loader = await factory.create(setup)
  try {
    for (const tensor of setup.tensors) {
      throwIfAborted(signal)
      await loader.write({ tensor, firstRow: 0, rowCount: rowsOf(tensor), bytes: blocks(tensor) })
    }
    return await loader.finish()
  } catch (error) {
    loader.close()
    throw error
  }
}

async function decode(executor: Executor, position: number): Promise<void> {
  const step = {
    epoch: 0,
    step: position,
    sequence: 0,
    pastLength: position,
    tokens: [1],
    positions: [position],
    rows: 'last' as const,
  }
  const state = executor.begin(step, executor.embed(step))
  for (let index = 0; index < shard.sublayers.length; index++)
    executor.join(state, index, await executor.partial(state, index))
  await executor.readHidden(state)
}

function rowsOf({ rows }: ShardTensor): number {
  return rows.end - rows.start
}

function byteCount(tensor: ShardTensor): number {
  return bytesOf(tensor.format, rowsOf(tensor), tensor.columns.end - tensor.columns.start)
}

/** Small, finite weights: scale 2^-10, minimum -2^-7, and nibbles that run through all values. Speed does not depend on them. */
function blocks(tensor: ShardTensor): Uint8Array {
  const bytes = new Uint8Array(byteCount(tensor))
  const view = new DataView(bytes.buffer)
  const { bytesPerBlock } = FORMAT_LAYOUT[tensor.format]
  for (let at = 0; at < bytes.length; at += bytesPerBlock) {
    if (tensor.format === 'f32') view.setFloat32(at, 2 ** -7, true)
    else {
      view.setUint32(at, 0xa0001400, true)
      for (let i = 4; i < bytesPerBlock; i++) bytes[at + i] = (at + i * 37) & 0xff
    }
  }
  return bytes
}
