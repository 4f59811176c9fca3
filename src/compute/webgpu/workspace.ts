// Activation buffers of a step, shared by all sublayers and sized for the longest step so far.
import { BLOCK_SIZE } from '../../model/tensor.ts'
import type { GpuSession } from './gpu-session.ts'
import type { Stream } from './kernels/join-norm.ts'
import { inputStride, type ShardWeights } from './shard-weights.ts'
import type { GpuArray } from './tfjs-device.ts'
import { blocksOf } from './weight-format.ts'

export interface StepBuffers {
  stream: Stream
  /** The all-reduced sum that comes in, [T, H]. */
  sum: GpuArray
  /** cos and sin, [T, pairs, 2]. */
  angles: GpuArray
  /** Queries, keys and values. */
  projected: GpuArray
  /** What the row-parallel matrices multiply: attended heads, activated columns. */
  mixed: GpuArray
  /** My contribution, [T, H]. */
  partial: GpuArray
}

/** Floats a token needs in each buffer. */
interface TokenSizes {
  normed: number
  hidden: number
  angles: number
  projected: number
  mixed: number
}

export class Workspace {
  readonly #gpu: GpuSession
  readonly #sizes: TokenSizes
  #capacity = 0
  #buffers: StepBuffers | null = null

  constructor(gpu: GpuSession, weights: ShardWeights, hiddenSize: number, pairCount: number) {
    this.#gpu = gpu
    const { sublayers } = weights
    this.#sizes = {
      normed: blocksOf(hiddenSize) * BLOCK_SIZE,
      hidden: hiddenSize,
      angles: pairCount * 2,
      projected: Math.max(0, ...sublayers.map((held) => (held?.kind === 'attention' ? held.projection.rowCount : 0))),
      mixed: Math.max(
        0,
        ...sublayers.map((held) => (held ? inputStride(held.kind === 'attention' ? held.output : held.down) : 0)),
      ),
    }
  }

  /** Buffers for `tokenCount` tokens; what was in them is lost when they grow. */
  reserve(tokenCount: number): StepBuffers {
    if (this.#buffers && tokenCount <= this.#capacity) return this.#buffers
    if (this.#buffers) {
      const { stream, ...others } = this.#buffers
      this.#gpu.submit()
      for (const array of [stream.array, ...Object.values(others)]) this.#gpu.free(array)
    }
    const { normed, hidden, angles, projected, mixed } = this.#sizes
    const allocate = (floats: number) => this.#gpu.allocate(tokenCount * floats * 4, 'float32')
    this.#capacity = tokenCount
    this.#buffers = {
      stream: { array: allocate(normed + hidden), residualOffset: tokenCount * normed },
      sum: allocate(hidden),
      angles: allocate(angles),
      projected: allocate(projected),
      mixed: allocate(mixed),
      partial: allocate(hidden),
    }
    return this.#buffers
  }
}
