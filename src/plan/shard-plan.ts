// Who holds what. The plan is data: immutable, JSON-safe, sent to every rank with the load message.
import type { Range } from '../base/ranges.ts'

/** One rank's part of an attention sublayer, in heads. Query heads tile 0..N over ranks; KV ranges may overlap (more ranks than KV heads). */
export interface AttentionSlice {
  queryHeads: Range
  kvHeads: Range
}

/** One rank's part of a feed-forward sublayer, in columns of the MLP (rows of gate and up). */
export interface FeedForwardSlice {
  ffn: Range
}

/** `split` over all ranks (ends in an all-reduce), `replicated` (held whole by every rank: no round), `single` (one rank's). */
export type Hold = 'split' | 'replicated' | 'single'

/** One sublayer of the plan; `ranks[r]` is rank r's slice. */
export type SublayerPlan =
  | { kind: 'attention'; layer: number; hold: Hold; ranks: readonly AttentionSlice[] }
  | { kind: 'feedForward'; layer: number; hold: Hold; ranks: readonly FeedForwardSlice[] }

/** Resident weight bytes by place. What is in neither is the embedding on the leader, and norms. */
export interface HeldBytes {
  /** `[sublayer][rank]`, as in `ShardPlan.sublayers`. */
  sublayers: readonly (readonly number[])[]
  /** `[rank]`: its rows of the output head. */
  vocabulary: readonly number[]
}

export type Topology = 'solo' | 'star'

/** All shards and the topology. `deviceIds[rank]`; rank 0 is the leader. */
export interface ShardPlan {
  modelId: string
  epoch: number
  topology: Topology
  deviceIds: readonly string[]
  sublayers: readonly SublayerPlan[]
  /** `vocabulary[rank]`: rows of the output head; tiles 0..V. */
  vocabulary: readonly Range[]
  /** Resident weight bytes per rank, after conversion. */
  weightBytes: readonly number[]
  held: HeldBytes
  /** Weights + KV cache + buffers per rank. */
  memoryBytes: readonly number[]
  /** Positions the KV cache is sized for. */
  contextLength: number
  /**
   * Predicted milliseconds of a step over one token, arithmetic only (slowest rank); the network is measured live. A step over many, as
   * prefill and encoders take, reads the weights as often but multiplies more: it takes longer.
   */
  predictedStepMs: number
}

/** One rank's slice of one sublayer. */
export type ShardSublayer =
  | ({ kind: 'attention'; layer: number; hold: Hold } & AttentionSlice)
  | ({ kind: 'feedForward'; layer: number; hold: Hold } & FeedForwardSlice)

/** One rank's view of the plan. */
export interface Shard {
  rank: number
  worldSize: number
  epoch: number
  contextLength: number
  sublayers: readonly ShardSublayer[]
  vocabulary: Range
}

export function shardOf(plan: ShardPlan, rank: number): Shard {
  return {
    rank,
    worldSize: plan.deviceIds.length,
    epoch: plan.epoch,
    contextLength: plan.contextLength,
    sublayers: plan.sublayers.map(
      ({ kind, layer, hold, ranks }) => ({ kind, layer, hold, ...ranks[rank] }) as ShardSublayer,
    ),
    vocabulary: plan.vocabulary[rank] ?? { start: 0, end: 0 },
  }
}
