// The one interface every compute backend implements. An executor runs one rank's shard, one sublayer at a time, and never knows
// the network: engine/transformer.ts carries its partial sums through the collective.
import type { Range } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import type { HeadRequest, HeadResult } from '../model/sampling.ts'
import type { ShardTensor, WeightPiece } from '../model/tensor.ts'
import type { ExecutorKind } from '../plan/device-profile.ts'
import type { Shard } from '../plan/shard-plan.ts'

/** One forward pass over T tokens of one sequence. */
export interface Step {
  epoch: number
  step: number
  /** Which conversation's KV cache; 0 today. */
  sequence: number
  /** Positions already in the KV cache that stay; later ones are dropped (rollback costs nothing). */
  pastLength: number
  /** T token ids; only the leader reads them (it embeds), other ranks may be given []. */
  tokens: readonly number[]
  /** T positions, `pastLength + i` in plain decoding. */
  positions: readonly number[]
  /** T token types, read by the leader of a model that has them; left out: all 0. */
  tokenTypes?: readonly number[] | undefined
  /** T numbers, 0 for tokens that nobody may look at (padding), for models that are not causal; left out: all 1. */
  mask?: readonly number[] | undefined
  /** Which of the T rows the head is wanted for. */
  rows: 'last' | 'all' | readonly number[]
}

/** One step in flight, opaque to callers: activations may live in WASM or GPU memory. It ends when the next one begins. */
export interface State {
  readonly step: Step
  readonly tokenCount: number
}

/** Bytes the executor holds, counted by itself. */
export interface ExecutorMemory {
  weightBytes: number
  kvBytes: number
  /** High-water mark of everything it allocated, load-time buffers included. */
  peakBytes: number
}

/** What an executor has sent to a processor of its own; counted, not estimated. */
export interface DeviceWork {
  dispatches: number
  submits: number
  /** Times that a result was waited for. */
  readbacks: number
  uploadedBytes: number
  readBytes: number
}

/** What was sent between two counts. */
export function workBetween(before: DeviceWork, after: DeviceWork): DeviceWork {
  return {
    dispatches: after.dispatches - before.dispatches,
    submits: after.submits - before.submits,
    readbacks: after.readbacks - before.readbacks,
    uploadedBytes: after.uploadedBytes - before.uploadedBytes,
    readBytes: after.readBytes - before.readBytes,
  }
}

/** Keys and values in one order for all executors, so that one goes on where another stopped. The order: `cacheRuns`. */
export interface CacheAccess {
  /** Of positions that are held. */
  read(positions: Range): Promise<Float32Array>
  /** Before a step begins. Positions after these are dropped, and earlier ones where others would be missing between. Throws as `begin` where memory ends. */
  write(positions: Range, values: Float32Array): void
}

export interface Executor {
  readonly kind: ExecutorKind
  readonly memory: ExecutorMemory
  /** Since its weights were in place; left out by executors that compute in main memory. */
  readonly work?: DeviceWork | undefined
  /** Left out by executors that cannot share a conversation with another. */
  readonly cache?: CacheAccess
  /** Leader only: from token ids to the residual stream, `[T, H]`, the caller's until the next step. Throws `bad-input` for an id outside the vocabulary. */
  embed(step: Step): Float32Array
  /** Starts a step on `embedded` `[T, H]`; cuts the KV cache back to `step.pastLength`. */
  begin(step: Step, embedded: Float32Array): State
  /** My heads' or my columns' contribution to sublayer `index`, `[T, S]`. Never the output bias. The caller owns the array until the next call on this state. */
  partial(state: State, index: number): Promise<Float32Array>
  /** Adds the all-reduced `sum` `[T, S]` (and the output bias, once) to the stream, and norms it where that comes after. */
  join(state: State, index: number, sum: Float32Array): void
  /** As `partial` and `join` of each of the sublayers `from..to` with no sum between; left out by executors that gain nothing by it. */
  advance?(state: State, from: number, to: number): Promise<void>
  /** Final norm or head transform and my vocabulary rows, reduced to what `request` asks; whole logits only when asked. May be called again on the same state. */
  head(state: State, request: HeadRequest): Promise<HeadResult>
  /** The residual stream after the final norm, where there is one, `[T, H]`. */
  readHidden(state: State): Promise<Float32Array>
  close(): void
}

export interface ExecutorSetup {
  config: ModelConfig
  shard: Shard
  /** `shardTensors(config, shard, formats)`: what will be written, known before the first byte comes. */
  tensors: readonly ShardTensor[]
  /** Compute threads; backends without threads ignore it. */
  threads: number
  /** Called by a backend that has programs to make ready (a GPU's kernels), which it does while weights come and before `finish` resolves. */
  onPrepared?(done: number, total: number): void
}

/** Takes weights piece by piece, so that peak memory is the slice and one piece. */
export interface ExecutorLoader {
  write(piece: WeightPiece): void | Promise<void>
  /** After the last piece. Throws `model-format` where a tensor is incomplete. */
  finish(): Promise<Executor>
  /** Gives everything back when loading is abandoned. */
  close(): void
}

export interface ExecutorFactory {
  readonly kind: ExecutorKind
  /** The backend in its own words and limits, as it runs here with so many threads; at most 200 characters. Throws as `create`. */
  describe(threads: number): string | Promise<string>
  /** Throws `no-executor` where this browser cannot run the backend, `out-of-memory` where the shard does not fit. */
  create(setup: ExecutorSetup): Promise<ExecutorLoader>
}

/** `Executor.advance` of whichever executor, call by call where it has none. */
export async function advance(executor: Executor, state: State, from: number, to: number): Promise<void> {
  if (executor.advance) return executor.advance(state, from, to)
  for (let index = from; index < to; index++) executor.join(state, index, await executor.partial(state, index))
}

/** The row numbers `step.rows` stands for. */
export function wantedRows({ rows }: Step, tokenCount: number): readonly number[] {
  if (rows === 'last') return [tokenCount - 1]
  return rows === 'all' ? Array.from({ length: tokenCount }, (_, row) => row) : rows
}
