// Activation buffers of a step, shared by all sublayers and sized for the longest step so far.
import { type ModelConfig, streamWidth } from '../../model/config.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import { paddedSize, type Rows, type Stream, streamFloats, streamIn } from './kernels/rows.ts'
import type { ShardWeights } from './shard-weights.ts'

export interface StepBuffers {
  /** The residual stream, [T, H]. */
  main: Stream
  /** The layer's own stream, [T, S]; null where sublayers add to the residual stream itself. */
  stream: Rows | null
  /** My contribution, and the all-reduced sum in its place, [T, S]. */
  partial: Rows
  /** cos and sin, [T, pairs, 2]. */
  angles: GpuArray
  /** [T]. */
  mask: GpuArray
  /** Queries, keys and values. */
  projected: GpuArray
  /** What the row-parallel matrices multiply: attended heads, activated columns. */
  mixed: GpuArray
}

type Streams = Pick<StepBuffers, 'main' | 'stream' | 'partial' | 'projected'>

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
    const allocate = (floats: number) => {
      const array = this.#gpu.allocate(tokenCount * floats * 4, 'float32')
      this.#arrays.push(array)
      return array
    }
    this.#capacity = tokenCount
    this.#buffers = {
      ...(this.#config.bottleneck ? this.#together(tokenCount, allocate) : this.#apart(tokenCount, allocate)),
      angles: allocate(this.#angles),
      mask: allocate(this.#config.causal ? 0 : 1),
      mixed: allocate(this.#mixed),
    }
    return this.#buffers
  }

  #apart(tokenCount: number, allocate: (floats: number) => GpuArray): Streams {
    const { hiddenSize } = this.#config
    return {
      main: streamIn(allocate(streamFloats(hiddenSize, 1)), hiddenSize, tokenCount),
      stream: null,
      partial: { array: allocate(hiddenSize), offset: 0, stride: hiddenSize },
      projected: allocate(this.#projected),
    }
  }

  /** All that a layer's kernels write in one buffer, as they have one output: queries, keys and values are its first rows. */
  #together(tokenCount: number, allocate: (floats: number) => GpuArray): Streams {
    const { hiddenSize } = this.#config
    const width = streamWidth(this.#config)
    // In whole blocks, so that each begins where rows may be read four at a time.
    const sizes = [this.#projected, width, width, hiddenSize, hiddenSize].map(paddedSize)
    const array = allocate(sizes.reduce((sum, size) => sum + size, 0))
    const [, stream, partial, normed, residual] = sizes.map(
      (_, i) => tokenCount * sizes.slice(0, i).reduce((sum, size) => sum + size, 0),
    ) as [number, number, number, number, number]
    return {
      main: { array, normedOffset: normed, residualOffset: residual, size: hiddenSize },
      stream: { array, offset: stream, stride: width },
      partial: { array, offset: partial, stride: width },
      projected: array,
    }
  }
}
