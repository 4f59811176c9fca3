// One rank's shard on the GPU. A sublayer is one submit and one readback: attention five dispatches (join and norm, projection, cache,
// attention, output), feed-forward three (join and norm, gate and up, down), and one more for each further part of a matrix that is
// larger than a kernel may bind. The sum that `join` is given is added by the next dispatch that needs the residual.
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead, type Rope } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import { BLOCK_SIZE } from '../../model/tensor.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import {
  type Executor,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
  wantedRows,
} from '../executor.ts'
import type { GpuSession } from './gpu-session.ts'
import { type AttentionShape, appendKeysAndValues, attend } from './kernels/attention.ts'
import { joinNorm } from './kernels/join-norm.ts'
import { gateUp, matmul } from './kernels/matmul.ts'
import { ropeAngles } from './kernels/rotate.ts'
import { headLogits } from './output-head.ts'
import { type AttentionWeights, type FeedForwardWeights, inputStride, type ShardWeights } from './shard-weights.ts'
import type { GpuArray } from './tfjs-device.ts'
import { blocksOf } from './weight-format.ts'
import type { WeightMatrix } from './weight-matrix.ts'
import { type StepBuffers, Workspace } from './workspace.ts'

interface GpuState extends State {
  readonly buffers: StepBuffers
  /** `buffers.sum` holds a sum that the residual has not got yet. */
  sumPending: boolean
}

/** KV cache of one attention sublayer, allocated at load. */
export type Caches = ReadonlyMap<AttentionWeights, GpuArray>

export class GpuExecutor implements Executor {
  readonly kind = 'webgpu'
  readonly #gpu: GpuSession
  readonly #config: ModelConfig
  readonly #rope: Rope
  readonly #shard: Shard
  readonly #weights: ShardWeights
  readonly #caches: Caches
  readonly #frequencies: Float32Array
  readonly #workspace: Workspace
  #current: GpuState | null = null
  #cachedLength = 0

  constructor(gpu: GpuSession, { config, shard }: ExecutorSetup, weights: ShardWeights, caches: Caches) {
    this.#gpu = gpu
    if (config.positions.kind !== 'rope') throw new HeadroomError('internal', 'The model has no rotary positions.')
    this.#rope = config.positions
    this.#config = config
    this.#shard = shard
    this.#weights = weights
    this.#caches = caches
    this.#frequencies = ropeFrequencies(config.positions, weights.ropeFactors)
    this.#workspace = new Workspace(gpu, weights, config.hiddenSize, this.#frequencies.length)
  }

  get memory(): ExecutorMemory {
    const kvBytes = [...this.#caches.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    const peakBytes = this.#gpu.peakBytes + (this.#weights.embedding?.bytes.byteLength ?? 0)
    return { weightBytes: this.#weights.byteLength, kvBytes, peakBytes }
  }

  embed({ tokens }: Step): Float32Array {
    if (!this.#weights.embedding)
      throw new HeadroomError('internal', `Rank ${this.#shard.rank} holds no token embedding; only the leader embeds.`)
    return this.#weights.embedding.rows(tokens)
  }

  begin(step: Step, embedded: Float32Array): State {
    this.#gpu.throwIfFailed()
    const tokenCount = step.positions.length
    const { hiddenSize } = this.#config
    const { contextLength } = this.#shard
    if (tokenCount === 0 || embedded.length !== tokenCount * hiddenSize)
      throw new HeadroomError(
        'bad-input',
        `A step of ${tokenCount} tokens of ${hiddenSize} values came with ${embedded.length} values.`,
      )
    if (step.pastLength > this.#cachedLength)
      throw new HeadroomError(
        'bad-input',
        `The step continues after ${step.pastLength} positions, but ${this.#cachedLength} are cached; prefill again.`,
      )
    if (step.pastLength + tokenCount > contextLength)
      throw new HeadroomError(
        'bad-input',
        `The context holds ${contextLength} positions; start a new chat or shorten the text.`,
      )
    const buffers = this.#workspace.reserve(tokenCount)
    this.#gpu.write(buffers.stream.array, buffers.stream.residualOffset * 4, embedded)
    this.#gpu.write(buffers.angles, 0, ropeAngles(step.positions, this.#frequencies))
    this.#cachedLength = step.pastLength + tokenCount
    this.#current = { step, tokenCount, buffers, sumPending: false }
    return this.#current
  }

  async partial(state: State, index: number): Promise<Float32Array> {
    const mine = this.#own(state)
    const held = this.#weights.sublayers[index]
    if (held === undefined) throw new HeadroomError('internal', `The shard has no sublayer ${index}.`)
    const count = state.tokenCount * this.#config.hiddenSize
    if (held === null) return new Float32Array(count)
    this.#norm(mine, held.gain)
    if (held.kind === 'attention') this.#attention(mine, held)
    else this.#feedForward(mine, held)
    return this.#gpu.read(mine.buffers.partial, 0, count)
  }

  join(state: State, _index: number, sum: Float32Array): void {
    const mine = this.#own(state)
    if (mine.sumPending) {
      this.#norm(mine, this.#weights.outputGain)
      this.#gpu.submit()
    }
    this.#gpu.write(mine.buffers.sum, 0, sum)
    mine.sumPending = true
  }

  async head(state: State, request: HeadRequest): Promise<HeadResult> {
    const mine = this.#own(state)
    const rows = wantedRows(state.step, state.tokenCount)
    const { head } = this.#weights
    const { vocabulary } = this.#shard
    if (!head || isEmpty(vocabulary)) {
      const empty = rows.map((row) => ({ position: state.step.positions[row]!, logits: new Float32Array(0) }))
      return summarizeHead(empty, vocabulary.start, request)
    }
    this.#norm(mine, this.#weights.outputGain)
    const found: HeadResult = []
    for await (const { row, logits } of headLogits(this.#gpu, head, mine.buffers.stream.array, rows))
      found.push(...summarizeHead([{ position: state.step.positions[row]!, logits }], vocabulary.start, request))
    return found
  }

  async readHidden(state: State): Promise<Float32Array> {
    const mine = this.#own(state)
    const { hiddenSize } = this.#config
    this.#norm(mine, this.#weights.outputGain)
    const stride = blocksOf(hiddenSize) * BLOCK_SIZE
    const padded = await this.#gpu.read(mine.buffers.stream.array, 0, state.tokenCount * stride)
    if (stride === hiddenSize) return padded
    const hidden = new Float32Array(state.tokenCount * hiddenSize)
    for (let token = 0; token < state.tokenCount; token++)
      hidden.set(padded.subarray(token * stride, token * stride + hiddenSize), token * hiddenSize)
    return hidden
  }

  close(): void {
    this.#gpu.close()
  }

  /** The state, which must be the last one begun: activations are held once. */
  #own(state: State): GpuState {
    this.#gpu.throwIfFailed()
    if (state !== this.#current)
      throw new HeadroomError('internal', 'This step was followed by another; its state is gone.')
    return this.#current
  }

  #norm(state: GpuState, gain: GpuArray): void {
    const { stream, sum } = state.buffers
    const shape = { hiddenSize: this.#config.hiddenSize, epsilon: this.#config.norm.epsilon }
    joinNorm(this.#gpu, shape, stream, gain, state.sumPending ? sum : null, state.tokenCount)
    state.sumPending = false
  }

  #attention({ step, tokenCount, buffers }: GpuState, weights: AttentionWeights): void {
    const { projected, angles, mixed, stream } = buffers
    const { queryHeads, kvHeads } = weights.slice
    const shape: AttentionShape = {
      headSize: this.#config.headSize,
      rope: this.#rope,
      contextLength: this.#shard.contextLength,
      queryHeads: rangeLength(queryHeads),
      kvHeads: rangeLength(kvHeads),
      firstQueryHead: queryHeads.start,
      firstKvHead: kvHeads.start,
      queryHeadsPerKvHead: queryHeadsPerKvHead(this.#config),
    }
    const { projection } = weights
    matmul(this.#gpu, projection, {
      tokenCount,
      input: stream.array,
      inputOffset: 0,
      output: projected,
      outputOffset: 0,
      outputStride: projection.rowCount,
    })
    const cache = this.#caches.get(weights)!
    appendKeysAndValues(this.#gpu, shape, { projected, angles, cache }, step.pastLength, tokenCount)
    const outputStride = inputStride(weights.output)
    const target = { output: mixed, outputOffset: weights.ownColumn, outputStride }
    attend(this.#gpu, shape, { projected, angles, cache }, step.pastLength, tokenCount, target)
    this.#contribute(weights.output, buffers, tokenCount)
  }

  #feedForward({ tokenCount, buffers }: GpuState, { gate, up, down, ownColumn }: FeedForwardWeights): void {
    gateUp(this.#gpu, gate, up, {
      tokenCount,
      input: buffers.stream.array,
      inputOffset: 0,
      output: buffers.mixed,
      outputOffset: ownColumn,
      outputStride: inputStride(down),
    })
    this.#contribute(down, buffers, tokenCount)
  }

  #contribute(weights: WeightMatrix, { mixed, partial }: StepBuffers, tokenCount: number): void {
    matmul(this.#gpu, weights, {
      tokenCount,
      input: mixed,
      inputOffset: 0,
      output: partial,
      outputOffset: 0,
      outputStride: weights.rowCount,
    })
  }
}
