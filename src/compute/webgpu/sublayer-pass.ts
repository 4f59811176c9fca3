// The dispatches of one sublayer, recorded and not yet submitted.
import { rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead } from '../../model/config.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import type { State } from '../executor.ts'
import type { AttentionWeights, OwnAttention } from './attention-weights.ts'
import type { OwnFeedForward } from './feed-forward-weights.ts'
import type { GpuArray } from './gpu-array.ts'
import type { BottleneckWeights, JoinWeights } from './join-weights.ts'
import type { KernelRunner } from './kernel-runner.ts'
import { appendKeysAndValues } from './kernels/append-keys-and-values.ts'
import { attend } from './kernels/attend.ts'
import type { AttentionShape } from './kernels/attention-shape.ts'
import { gateUp } from './kernels/gate-up.ts'
import { joinNorm } from './kernels/join-norm.ts'
import { matmul } from './kernels/matmul.ts'
import { normedRows, paddedSize, type Rows, residualRows, type Stream } from './kernels/rows.ts'
import type { WeightMatrix } from './weight-matrix.ts'
import type { StepBuffers } from './workspace.ts'

/** One step on one GPU. */
export interface Pass extends State {
  gpu: KernelRunner
  config: ModelConfig
  shard: Shard
  buffers: StepBuffers
}

/** A sum that the stream has not got yet. */
export interface WaitingSum {
  /** `buffers.sum`, or `buffers.partial` where mine is all there is. */
  array: GpuArray
  /** How it gets there. */
  join: JoinWeights
}

/**
 * Adds the sum that waits (null: there is none), and leaves what comes next in the normed rows of the stream: under `next`, the following
 * norm, where norms come first. One dispatch; two more where a layer is left.
 */
export function catchUp(pass: Pass, waiting: WaitingSum | null, next: GpuArray | null): void {
  const { gpu, config, buffers, tokenCount } = pass
  const { main, sum } = buffers
  const shape = config.norm
  const stream = waiting ? buffers.stream : main
  const { bias = null, norm: after = null, exit = null } = waiting?.join ?? {}
  const norm = shape.placement === 'pre' ? next : after
  joinNorm(gpu, stream, { sum: waiting?.array ?? null, bias, norm, shape }, tokenCount)
  if (!exit) return
  const widened = { array: sum, offset: 0, stride: main.size }
  matmul(gpu, exit.matrix, normedRows(stream), widened, tokenCount)
  joinNorm(gpu, main, { sum, bias: null, norm: exit.norm, shape }, tokenCount)
}

/** Makes a layer's own streams of the residual stream: two dispatches each. */
export function enterLayer(pass: Pass, { stream, shared }: NonNullable<AttentionWeights['entry']>): void {
  narrow(pass, stream, pass.buffers.stream)
  if (shared) narrow(pass, shared, pass.buffers.shared)
}

function narrow({ gpu, config, buffers, tokenCount }: Pass, { matrix, norm }: BottleneckWeights, to: Stream): void {
  matmul(gpu, matrix, normedRows(buffers.main), residualRows(to), tokenCount)
  joinNorm(gpu, to, { sum: null, bias: null, norm, shape: config.norm }, tokenCount)
}

/** Leaves my contribution in `buffers.partial`: four dispatches, and one more for values of another input, two for each further piece of the cache. */
export function attention(pass: Pass, own: OwnAttention): void {
  const { gpu, step, tokenCount, buffers } = pass
  const { stream, shared, main } = buffers
  const inputs = { stream, shared, residual: main }
  const shape = shapeOf(pass, own)
  for (const { matrix, input, offset } of own.projections)
    matmul(
      gpu,
      matrix,
      normedRows(inputs[input]),
      { array: buffers.projected, offset, stride: own.projectedSize },
      tokenCount,
    )
  const mixed = { array: buffers.mixed, offset: own.ownColumn, stride: paddedSize(own.output.columns) }
  for (const cache of own.cache) {
    const arrays = { ...buffers, headGains: own.headGains, cache }
    appendKeysAndValues(gpu, shape, arrays, step.pastLength, tokenCount)
    attend(gpu, shape, arrays, step.pastLength, tokenCount, mixed)
  }
  contribute(pass, own.output, mixed)
}

/** Leaves my contribution in `buffers.partial`: two dispatches. */
export function feedForward(pass: Pass, { inner, down, ownColumn }: OwnFeedForward): void {
  const { gpu, buffers, tokenCount } = pass
  const mixed = { array: buffers.mixed, offset: ownColumn, stride: paddedSize(down.columns) }
  gateUp(gpu, inner, normedRows(buffers.stream), mixed, tokenCount)
  contribute(pass, down, mixed)
}

function contribute({ gpu, buffers, tokenCount }: Pass, weights: WeightMatrix, mixed: Rows): void {
  const partial = { array: buffers.partial, offset: 0, stride: weights.rowCount }
  matmul(gpu, weights, { ...mixed, offset: 0 }, partial, tokenCount)
}

function shapeOf({ config, shard }: Pass, { slice: { queryHeads, kvHeads } }: OwnAttention): AttentionShape {
  return {
    headSize: config.headSize,
    rope: config.positions.kind === 'rope' ? config.positions : null,
    headNormEpsilon: config.queryKeyNorm ? config.norm.epsilon : null,
    capacity: kvPositions(config, shard.contextLength),
    window: config.attentionWindow,
    causal: config.causal,
    queryHeads: rangeLength(queryHeads),
    kvHeads: rangeLength(kvHeads),
    firstQueryHead: queryHeads.start,
    firstKvHead: kvHeads.start,
    queryHeadsPerKvHead: queryHeadsPerKvHead(config),
  }
}
