// Activation buffers of a step, shared by all sublayers and sized for the longest step so far.
import { type ModelConfig, streamWidth } from '../../model/config.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import { paddedSize, type Stream, streamFloats, streamIn } from './kernels/rows.ts'
import type { ShardWeights } from './shard-weights.ts'

export interface StepBuffers {
  /** The residual stream, [T, H]. */
  main: Stream
  /** What sublayers work on: the residual stream itself, or what a layer's bottleneck made of it, [T, S]. */
  stream: Stream
  /** What queries and keys are made of where they have a bottleneck of their own, [T, S]; else `stream`. */
  shared: Stream
  /** The all-reduced sum that comes in, [T, S], and what leaves a layer through its bottleneck, [T, H]. */
  sum: GpuArray
  /** cos and sin, [T, pairs, 2]. */
  angles: GpuArray
  /** [T]. */
  mask: GpuArray
  /** Queries, keys and values. */
  projected: GpuArray
  /** What the row-parallel matrices multiply: attended heads, activated columns. */
  mixed: GpuArray
  /** My contribution, [T, S]. */
  partial: GpuArray
}

export class Workspace {
  readonly #gpu: GpuSession
  readonly #config: ModelConfig
  readonly #angles: number
  readonly #projected: number
  readonly #mixed: number
  #capacity = 0
  #buffers: StepBuffers | null = null
  #arrays: GpuArray[] = []

  constructor(gpu: GpuSession, config: ModelConfig, { sublayers }: ShardWeights, pairCount: number) {
    this.#gpu = gpu
    this.#config = config
    this.#angles = pairCount * 2
    const own = sublayers.flatMap((held) => held.own ?? [])
    this.#projected = Math.max(0, ...own.map((held) => ('cache' in held ? held.projectedSize : 0)))
    this.#mixed = Math.max(0, ...own.map((held) => paddedSize(('cache' in held ? held.output : held.down).columns)))
  }

  /** Buffers for `tokenCount` tokens; what was in them is lost when they grow. */
  reserve(tokenCount: number): StepBuffers {
    if (this.#buffers && tokenCount <= this.#capacity) return this.#buffers
    if (this.#buffers) this.#gpu.submit()
    for (const array of this.#arrays.splice(0)) this.#gpu.free(array)
    const { hiddenSize, bottleneck } = this.#config
    const width = streamWidth(this.#config)
    const allocate = (floats: number) => {
      const array = this.#gpu.allocate(tokenCount * floats * 4, 'float32')
      this.#arrays.push(array)
      return array
    }
    const stream = (size: number) => streamIn(allocate(streamFloats(size, 1)), size, tokenCount)
    const main = stream(hiddenSize)
    const narrow = bottleneck ? stream(width) : main
    this.#capacity = tokenCount
    this.#buffers = {
      main,
      stream: narrow,
      shared: bottleneck?.sharedKeyQuery ? stream(width) : narrow,
      sum: allocate(Math.max(width, hiddenSize)),
      angles: allocate(this.#angles),
      mask: allocate(this.#config.causal ? 0 : 1),
      projected: allocate(this.#projected),
      mixed: allocate(this.#mixed),
      partial: allocate(width),
    }
    return this.#buffers
  }
}
