// Loading a shard: everything is allocated first (so that a shard which does not fit is refused before a byte is fetched), then pieces
// are repacked and uploaded 1 MiB at a time, with at most 4 MiB on their way to the GPU.
import { ModelFormatError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import { bytesOf, tensorKey, type WeightPiece } from '../../model/tensor.ts'
import type { Executor, ExecutorLoader, ExecutorSetup } from '../executor.ts'
import { GpuExecutor } from './gpu-executor.ts'
import { GpuSession } from './gpu-session.ts'
import { allocateShardWeights, type ShardWeights } from './shard-weights.ts'
import { sharedDevice } from './tfjs-device.ts'

const SLICE_BYTES = 2 ** 20
const UPLOAD_WINDOW_BYTES = 4 * 2 ** 20

/** Allocates the shard on the GPU. Throws `no-executor`, `out-of-memory` or `model-format`. */
export async function openLoader(setup: ExecutorSetup): Promise<ExecutorLoader> {
  const gpu = new GpuSession(await sharedDevice())
  try {
    const weights = await gpu.guardAllocation('the weights and the KV cache', () => allocateShardWeights(gpu, setup))
    return new GpuLoader(gpu, setup, weights)
  } catch (error) {
    gpu.close()
    throw error
  }
}

class GpuLoader implements ExecutorLoader {
  readonly #gpu: GpuSession
  readonly #setup: ExecutorSetup
  readonly #weights: ShardWeights
  readonly #rowsWritten = new Map<string, number>()

  constructor(gpu: GpuSession, setup: ExecutorSetup, weights: ShardWeights) {
    this.#gpu = gpu
    this.#setup = setup
    this.#weights = weights
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
    return new GpuExecutor(this.#gpu, this.#setup, this.#weights)
  }

  close(): void {
    this.#gpu.close()
  }
}
