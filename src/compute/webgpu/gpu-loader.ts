// Loading a shard: everything is allocated first (so that a shard which does not fit is refused before a byte is fetched), then pieces
// are repacked and uploaded 1 MiB at a time, with at most 4 MiB on their way to the GPU.
import { HeadroomError, ModelFormatError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import { bytesOf, tensorKey, type WeightPiece } from '../../model/tensor.ts'
import type { Executor, ExecutorLoader, ExecutorSetup } from '../executor.ts'
import { requirePlainDecoder } from '../plain-decoder.ts'
import { type Caches, GpuExecutor } from './gpu-executor.ts'
import { GpuSession } from './gpu-session.ts'
import { type AttentionWeights, allocateShardWeights, type ShardWeights } from './shard-weights.ts'
import { type GpuArray, sharedDevice } from './tfjs-device.ts'

const SLICE_BYTES = 2 ** 20
const UPLOAD_WINDOW_BYTES = 4 * 2 ** 20

/** Allocates the shard on the GPU. Throws `no-executor`, `out-of-memory` or `model-format`. */
export async function openLoader(setup: ExecutorSetup): Promise<ExecutorLoader> {
  requirePlainDecoder(setup.config, 'The WebGPU executor')
  const gpu = new GpuSession(await sharedDevice())
  try {
    const [weights, caches] = await gpu.guardAllocation('the weights and the KV cache', () => {
      const weights = allocateShardWeights(gpu, setup)
      return [weights, allocateCaches(gpu, setup, weights)] as const
    })
    return new GpuLoader(gpu, setup, weights, caches)
  } catch (error) {
    gpu.close()
    throw error
  }
}

/** Keys and values of each attention sublayer, float32: [2, kvHeads, contextLength, D]. */
function allocateCaches(gpu: GpuSession, { config, shard }: ExecutorSetup, { sublayers }: ShardWeights): Caches {
  const caches = new Map<AttentionWeights, GpuArray>()
  for (const held of sublayers) {
    if (held?.kind !== 'attention') continue
    const bytes = 2 * rangeLength(held.slice.kvHeads) * shard.contextLength * config.headSize * 4
    if (bytes > gpu.bindingBytes)
      throw new HeadroomError(
        'out-of-memory',
        `The KV cache of one layer takes ${bytes} bytes for ${shard.contextLength} positions, but this GPU binds at most ${gpu.bindingBytes}. Use a shorter context or more devices.`,
      )
    caches.set(held, gpu.allocate(bytes, 'float32'))
  }
  return caches
}

class GpuLoader implements ExecutorLoader {
  readonly #gpu: GpuSession
  readonly #setup: ExecutorSetup
  readonly #weights: ShardWeights
  readonly #caches: Caches
  readonly #rowsWritten = new Map<string, number>()

  constructor(gpu: GpuSession, setup: ExecutorSetup, weights: ShardWeights, caches: Caches) {
    this.#gpu = gpu
    this.#setup = setup
    this.#weights = weights
    this.#caches = caches
  }

  async write({ tensor, firstRow, rowCount, bytes }: WeightPiece): Promise<void> {
    const key = tensorKey(tensor)
    const sink = this.#weights.sinks.get(key)
    const written = this.#rowsWritten.get(key) ?? 0
    const rowBytes = bytesOf(tensor.format, 1, rangeLength(tensor.columns))
    if (!sink || firstRow !== written || firstRow + rowCount > rangeLength(tensor.rows))
      throw new ModelFormatError(
        `Rows ${firstRow}+${rowCount} of ${key} were not expected (${written} rows are there).`,
      )
    if (bytes.byteLength !== rowCount * rowBytes)
      throw new ModelFormatError(
        `${rowCount} rows of ${key} are ${rowCount * rowBytes} bytes, but ${bytes.byteLength} came.`,
      )
    const step = Math.max(8, Math.floor(SLICE_BYTES / rowBytes / 8) * 8)
    for (let row = 0; row < rowCount; row += step) {
      const count = Math.min(step, rowCount - row)
      sink(firstRow + row, count, bytes.subarray(row * rowBytes, (row + count) * rowBytes))
      if (this.#gpu.inFlightBytes >= UPLOAD_WINDOW_BYTES) await this.#gpu.settle()
    }
    this.#rowsWritten.set(key, written + rowCount)
  }

  async finish(): Promise<Executor> {
    for (const tensor of this.#setup.tensors) {
      const key = tensorKey(tensor)
      const [written, rows] = [this.#rowsWritten.get(key) ?? 0, rangeLength(tensor.rows)]
      if (written < rows)
        throw new ModelFormatError(`${key} is incomplete: ${written} of ${rows} rows came. Load the model again.`)
    }
    await this.#gpu.settle()
    return new GpuExecutor(this.#gpu, this.#setup, this.#weights, this.#caches)
  }

  close(): void {
    this.#gpu.close()
  }
}
