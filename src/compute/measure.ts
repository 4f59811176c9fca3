// How fast an executor decodes, reads prompts and gives back values here, found by doing it: a small model, too large for a phone's caches.
import { throwIfAborted } from '../base/errors.ts'
import { type ModelConfig, plainDecoder } from '../model/config.ts'
import { bytesOf, FORMAT_LAYOUT, type ShardTensor } from '../model/tensor.ts'
import type { PhaseFigures } from '../plan/device-profile.ts'
import type { Shard } from '../plan/shard-plan.ts'
import { shardTensors } from '../plan/shard-tensors.ts'
import { advance, type Executor, type ExecutorFactory, type ExecutorSetup, type State, type Step } from './executor.ts'

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
  contextLength: 128,
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

/** What computes longer than `longMs` over a few tokens is not asked to read a prompt: it would be at it for seconds. */
const prompt = { fewTokens: 4, longMs: 100, tokens: 64, budgetMs: 100 }
const readbacks = 9

export interface Measured {
  /** Weight bytes (as in the blocks of the file) a second in decode. */
  weightBytesPerSecond: number
  phases: PhaseFigures
}

export interface MeasureOptions {
  /** How long decode steps are timed, after one of warming up; one step is timed however long it takes. */
  budgetMs?: number
  /** The figure of decode so far, after each timed step. */
  onFigure?: (weightBytesPerSecond: number) => void
  /** Looked at between tensors and between steps, which are waited for. */
  signal?: AbortSignal
}

/** Decode first, since a figure of it alone is of use. Throws as the factory does, or the signal's reason. */
export async function measureExecutor(
  factory: ExecutorFactory,
  threads: number,
  { budgetMs = 250, onFigure, signal }: MeasureOptions = {},
): Promise<Measured> {
  const matrices = ['query', 'key', 'value', 'attentionOutput', 'gate', 'up', 'down']
  const formats = Object.fromEntries(
    [0, 1].flatMap((layer) => matrices.map((role) => [`${role}.${layer}`, 'int4' as const])),
  )
  const tensors = shardTensors(config, shard, formats)
  const stepBytes = tensors.reduce((sum, tensor) => sum + byteCount(tensor), 0)
  const askedAt = performance.now()
  let startMs = 0
  const executor = await load(factory, { config, shard, tensors, threads }, signal)
  try {
    const decode = async (step: number) => {
      await forward(executor, step, 1)
      if (step === 0) startMs = performance.now() - askedAt
    }
    const decodeMs = await timeSteps(decode, budgetMs, config.contextLength - 1, signal, (stepMs) =>
      onFigure?.((1000 * stepBytes) / stepMs),
    )
    const readbackMs = await timeReadback(executor, signal)
    const tokenMs = await timePrompt(executor, readbackMs, signal)
    return {
      weightBytesPerSecond: (1000 * stepBytes) / decodeMs,
      phases: { prefillBytesPerSecond: (1000 * stepBytes) / tokenMs, readbackMs, startMs },
    }
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

/** Mean milliseconds of a step, after one of warming up; one at least is timed. `onMean` hears the mean so far. */
async function timeSteps(
  run: (step: number) => Promise<unknown>,
  budgetMs: number,
  most: number,
  signal?: AbortSignal,
  onMean?: (stepMs: number) => void,
): Promise<number> {
  await run(0)
  const start = performance.now()
  let steps = 0
  let meanMs: number
  do {
    throwIfAborted(signal)
    await run(++steps)
    meanMs = (performance.now() - start) / steps
    onMean?.(meanMs)
  } while (performance.now() - start < budgetMs && steps < most)
  return meanMs
}

/** Milliseconds a token of a prompt. */
async function timePrompt(executor: Executor, readbackMs: number, signal?: AbortSignal): Promise<number> {
  const { fewTokens, longMs, tokens, budgetMs } = prompt
  const read = (count: number) =>
    timeSteps(() => forward(executor, 0, count), count === tokens ? budgetMs : 0, 1000, signal)
  const fewMs = await read(fewTokens)
  if (fewMs - readbackMs > longMs) return fewMs / fewTokens
  return (await read(tokens)) / tokens
}

/** The median time of asking for one token's finished hidden values, which nothing but a norm is left to do for. */
async function timeReadback(executor: Executor, signal?: AbortSignal): Promise<number> {
  const state = await forward(executor, 0, 1)
  const times: number[] = []
  for (let i = 0; i < readbacks; i++) {
    throwIfAborted(signal)
    const start = performance.now()
    await executor.readHidden(state)
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[readbacks >> 1]!
}

/** One step over `count` tokens behind `pastLength` others, as on a device alone: what collectives wait for is the readback's figure. */
async function forward(executor: Executor, pastLength: number, count: number): Promise<State> {
  const positions = Array.from({ length: count }, (_, i) => pastLength + i)
  const step: Step = {
    epoch: 0,
    step: pastLength,
    sequence: 0,
    pastLength,
    tokens: positions.map((position) => position % config.vocabSize),
    positions,
    rows: 'last',
  }
  const state = executor.begin(step, executor.embed(step))
  await advance(executor, state, 0, shard.sublayers.length)
  await executor.readHidden(state)
  return state
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
