// The dispatches of one sublayer, recorded and not yet submitted.
import { HeadroomError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead } from '../../model/config.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import type { State } from '../executor.ts'
import type { AttentionWeights, OwnAttention } from './attention-weights.ts'
import type { FeedForwardWeights } from './feed-forward-weights.ts'
import type { GpuArray } from './gpu-array.ts'
import type { JoinWeights } from './join-weights.ts'
import type { KernelRunner } from './kernel-runner.ts'
import { appendKeysAndValues } from './kernels/append-keys-and-values.ts'
import { attend } from './kernels/attend.ts'
import type { AttentionShape } from './kernels/attention-shape.ts'
import { enterLayer } from './kernels/enter-layer.ts'
import { feedForwardTile, type OwnFeedForward } from './kernels/feed-forward-tile.ts'
import { gateUp } from './kernels/gate-up.ts'
import { joinNorm } from './kernels/join-norm.ts'
import { leaveLayer } from './kernels/leave-layer.ts'
import { matmul } from './kernels/matmul.ts'
import { normedRows, paddedSize, type Rows } from './kernels/rows.ts'
import type { WeightMatrix } from './weight-matrix.ts'
import type { StepBuffers } from './workspace.ts'

/** One step on one GPU. */
export interface Pass extends State {
  gpu: KernelRunner
  config: ModelConfig
  shard: Shard
  buffers: StepBuffers
  /** How the sum in `buffers.partial` gets into the stream; null: the stream has got all sums. */
  waiting: JoinWeights | null
}

/** Adds the sum that waits, and leaves my contribution in `buffers.partial`; false: I hold nothing of the sublayer. */
export function sublayer(pass: Pass, held: AttentionWeights | FeedForwardWeights): boolean {
  if (held.kind === 'attention') {
    catchUp(pass, held.norm)
    if (held.entry) enterLayer(pass.gpu, layerRows(pass), held.entry, pass.config.norm, pass.tokenCount)
    if (held.own) attention(pass, held.own)
  } else if (pass.config.bottleneck) {
    feedForwardTile(pass.gpu, layerRows(pass), waitingIn(pass), held.own, pass.config.norm, pass.tokenCount)
    pass.waiting = null
  } else {
    catchUp(pass, held.norm)
    if (held.own) feedForward(pass, held.own)
  }
  return held.own !== null
}

/**
 * Adds the sum that waits, if any, and leaves what comes next in the normed rows of the residual stream: under `next`, the following norm,
 * where norms come first. One dispatch; none where a layer begins that nothing waits before.
 */
export function catchUp(pass: Pass, next: GpuArray | null): void {
  const { gpu, config, buffers, tokenCount, waiting } = pass
  const shape = config.norm
  if (!config.bottleneck) {
    const { bias = null, norm: after = null } = waiting ?? {}
    const sum = waiting && buffers.partial.array
    joinNorm(gpu, buffers.main, { sum, bias, norm: shape.placement === 'pre' ? next : after, shape }, tokenCount)
  } else if (waiting) {
    if (!waiting.exit)
      throw new HeadroomError('internal', 'This layer has sublayers left; only its last one leads out.')
    leaveLayer(gpu, layerRows(pass), waiting, waiting.exit, shape, tokenCount)
  }
  pass.waiting = null
}

function layerRows({ buffers: { main, stream, partial } }: Pass) {
  if (!stream) throw new HeadroomError('internal', 'These buffers were made for a model without bottlenecks.')
  return { main, stream, partial }
}

function waitingIn({ waiting }: Pass): JoinWeights {
  if (!waiting) throw new HeadroomError('internal', 'A feed-forward came before the attention of its layer was joined.')
  return waiting
}

/** Four dispatches, three where the layer's entry made the projections, and two for each further piece of the cache. */
function attention(pass: Pass, own: OwnAttention): void {
  const { gpu, step, tokenCount, buffers } = pass
  const shape = shapeOf(pass, own)
  const projected = { array: buffers.projected, offset: 0, stride: own.projectedSize }
  if (own.projection) matmul(gpu, own.projection, normedRows(buffers.main), projected, tokenCount)
  const mixed = { array: buffers.mixed, offset: own.ownColumn, stride: paddedSize(own.output.columns) }
  for (const cache of own.cache) {
    const arrays = { ...buffers, headGains: own.headGains, cache }
    appendKeysAndValues(gpu, shape, arrays, step.pastLength, tokenCount)
    attend(gpu, shape, arrays, step.pastLength, tokenCount, mixed)
  }
  contribute(pass, own.output, mixed)
}

/** Two dispatches. */
function feedForward(pass: Pass, { inner, down, ownColumn }: OwnFeedForward): void {
  const { gpu, buffers, tokenCount } = pass
  const mixed = { array: buffers.mixed, offset: ownColumn, stride: paddedSize(down.columns) }
  gateUp(gpu, inner, normedRows(buffers.main), mixed, tokenCount)
  contribute(pass, down, mixed)
}

function contribute({ gpu, buffers, tokenCount }: Pass, weights: WeightMatrix, mixed: Rows): void {
  matmul(gpu, weights, { ...mixed, offset: 0 }, buffers.partial, tokenCount)
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
