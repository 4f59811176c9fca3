// One rank's shard on the GPU. A sublayer is one submit and one readback; of those that no other rank has a part in nothing is read back.
// Attention is five dispatches (join and norm, projection, cache, attention, output), feed-forward three (join and norm, gate and up,
// down), one more for each further part of a matrix that is larger than a kernel may bind, two for each of a cache. A sum is
// added by the next dispatch that needs the stream. In layers with a stream of their own (MobileBERT) products follow each other within
// a dispatch: one enters the layer and projects, three are cache, attention and output, one each feed-forward, one leaves: nine.
import { HeadroomError } from '../../base/errors.ts'
import { type ModelConfig, streamWidth } from '../../model/config.ts'
import { summarizeHead } from '../../model/head-summary.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import { type CachedPositions, cachedPositions } from '../cached-positions.ts'
import { tokenEmbedding } from '../embed-tokens.ts'
import {
  type CacheAccess,
  type DeviceWork,
  type Executor,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
  wantedRows,
  workBetween,
} from '../executor.ts'
import type { AttentionWeights } from './attention-weights.ts'
import { cacheAccess } from './cache-access.ts'
import type { FeedForwardWeights } from './feed-forward-weights.ts'
import type { GpuSession } from './gpu-session.ts'
import { ropeAngles } from './kernels/rotate.ts'
import { normedRows } from './kernels/rows.ts'
import type { OutputHead } from './output-head.ts'
import type { ShardWeights } from './shard-weights.ts'
import { catchUp, type Pass, sublayer } from './sublayer-pass.ts'
import type { Workspace } from './workspace.ts'

/** What a loader has made ready. */
export interface LoadedShard {
  weights: ShardWeights
  workspace: Workspace
  /** null when I hold no vocabulary rows. */
  outputHead: OutputHead | null
}

export class GpuExecutor implements Executor {
  readonly kind = 'webgpu'
  readonly embed: Executor['embed']
  readonly #gpu: GpuSession
  readonly #config: ModelConfig
  readonly #shard: Shard
  readonly #weights: ShardWeights
  readonly #frequencies: Float32Array
  readonly #workspace: Workspace
  readonly #outputHead: OutputHead | null
  readonly #positions: CachedPositions
  readonly #workBefore: DeviceWork
  readonly cache: CacheAccess
  #current: Pass | null = null

  /** Takes over `gpu`. */
  constructor(gpu: GpuSession, { config, shard }: ExecutorSetup, { weights, workspace, outputHead }: LoadedShard) {
    this.#gpu = gpu
    this.#config = config
    this.#shard = shard
    this.#weights = weights
    this.#frequencies = ropeFrequencies(config.positions, weights.ropeFactors)
    this.#workspace = workspace
    this.#outputHead = outputHead
    this.#workBefore = gpu.work
    this.#positions = cachedPositions(config, shard.contextLength)
    this.embed = tokenEmbedding(config, weights.embedding.readRow)
    this.cache = cacheAccess(gpu, { config, shard }, weights, this.#positions)
  }

  get memory(): ExecutorMemory {
    const { byteLength, kvBytes, embedding } = this.#weights
    return { weightBytes: byteLength, kvBytes, peakBytes: this.#gpu.peakBytes + embedding.byteLength }
  }

  get work(): DeviceWork {
    return workBetween(this.#workBefore, this.#gpu.work)
  }

  begin(step: Step, embedded: Float32Array): State {
    this.#gpu.throwIfFailed()
    const tokenCount = step.positions.length
    const { hiddenSize, causal } = this.#config
    if (tokenCount === 0 || embedded.length !== tokenCount * hiddenSize)
      throw new HeadroomError(
        'bad-input',
        `A step of ${tokenCount} tokens of ${hiddenSize} values came with ${embedded.length} values.`,
      )
    this.#positions.begin(step)
    // Of a step whose head nobody asked for: what follows is written to the buffers that it reads.
    this.#gpu.submit()
    const buffers = this.#workspace.reserve(tokenCount)
    this.#gpu.write(buffers.main.array, buffers.main.residualOffset * 4, embedded)
    if (this.#frequencies.length > 0) this.#gpu.write(buffers.angles, 0, ropeAngles(step.positions, this.#frequencies))
    if (!causal) this.#gpu.write(buffers.mask, 0, visible(step))
    const [gpu, config, shard] = [this.#gpu, this.#config, this.#shard]
    this.#current = { gpu, config, shard, step, tokenCount, buffers, waiting: null }
    return this.#current
  }

  async partial(state: State, index: number): Promise<Float32Array> {
    const mine = this.#own(state)
    const count = state.tokenCount * streamWidth(this.#config)
    const { array, offset } = mine.buffers.partial
    if (sublayer(mine, this.#held(index))) return this.#gpu.read(array, offset, count)
    this.#gpu.submit()
    return new Float32Array(count)
  }

  /** Of one token everything is one submit, with the head's; of several a sublayer each, as a GPU is taken from who keeps it too long. */
  async advance(state: State, from: number, to: number): Promise<void> {
    const mine = this.#own(state)
    for (let index = from; index < to; index++) {
      const held = this.#held(index)
      if (sublayer(mine, held)) {
        mine.waiting = held.join
        if (state.tokenCount > 1) this.#gpu.submit()
      } else {
        this.#gpu.submit()
        this.join(state, index, new Float32Array(state.tokenCount * streamWidth(this.#config)))
      }
    }
  }

  join(state: State, index: number, sum: Float32Array): void {
    const mine = this.#own(state)
    const held = this.#held(index)
    if (mine.waiting) throw new HeadroomError('internal', `Sublayer ${index} is not the one to join.`)
    const { array, offset } = mine.buffers.partial
    this.#gpu.write(array, offset * 4, sum)
    mine.waiting = held.join
  }

  async head(state: State, request: HeadRequest): Promise<HeadResult> {
    const mine = this.#own(state)
    const rows = wantedRows(state.step, state.tokenCount)
    const { start } = this.#shard.vocabulary
    if (!this.#outputHead || rows.length === 0) {
      const empty = rows.map((row) => ({ position: state.step.positions[row]!, logits: new Float32Array(0) }))
      return summarizeHead(empty, start, request)
    }
    catchUp(mine, this.#weights.outputNorm)
    const found: HeadResult = []
    for await (const { row, logits } of this.#outputHead.logits(normedRows(mine.buffers.main), rows))
      found.push(...summarizeHead([{ position: state.step.positions[row]!, logits }], start, request))
    return found
  }

  async readHidden(state: State): Promise<Float32Array> {
    const mine = this.#own(state)
    const { hiddenSize } = this.#config
    catchUp(mine, this.#weights.outputNorm)
    const { array, offset, stride } = normedRows(mine.buffers.main)
    const padded = await this.#gpu.read(array, offset, state.tokenCount * stride)
    if (stride === hiddenSize) return padded
    const hidden = new Float32Array(state.tokenCount * hiddenSize)
    for (let token = 0; token < state.tokenCount; token++)
      hidden.set(padded.subarray(token * stride, token * stride + hiddenSize), token * hiddenSize)
    return hidden
  }

  close(): void {
    this.#gpu.close()
  }

  #held(index: number): AttentionWeights | FeedForwardWeights {
    const held = this.#weights.sublayers[index]
    if (!held) throw new HeadroomError('internal', `The shard has no sublayer ${index}.`)
    return held
  }

  /** The state, which must be the last one begun: activations are held once. */
  #own(state: State): Pass {
    this.#gpu.throwIfFailed()
    if (state !== this.#current)
      throw new HeadroomError('internal', 'This step was followed by another; its state is gone.')
    return this.#current
  }
}

/** 1 for the tokens that may be looked at; where the mask hides all, it hides none. */
function visible({ mask, positions }: Step): Float32Array {
  const shown = Float32Array.from(positions, (_, i) => (mask?.[i] === 0 ? 0 : 1))
  return shown.includes(1) ? shown : shown.fill(1)
}
