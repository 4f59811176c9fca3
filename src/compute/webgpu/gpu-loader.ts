// Loading a shard: everything is allocated first (so that a shard which does not fit is refused before a byte is fetched), then pieces
// are repacked and uploaded 1 MiB at a time, with at most 4 MiB on their way to the GPU. Meanwhile its kernels are compiled: the first
// token waits for none.
import { ModelFormatError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import { ropeFrequencies } from '../../model/rope.ts'
import { bytesOf, tensorKey, type WeightPiece } from '../../model/tensor.ts'
import type { Executor, ExecutorLoader, ExecutorSetup } from '../executor.ts'
import { sharedDevice } from './gpu-device.ts'
import { GpuExecutor, type LoadedShard } from './gpu-executor.ts'
import { GpuSession } from './gpu-session.ts'
import type { KernelPaths } from './kernel-paths.ts'
import { neededKernels } from './needed-kernels.ts'
import { createOutputHead } from './output-head.ts'
import { allocateShardWeights } from './shard-weights.ts'
import { Workspace } from './workspace.ts'

const SLICE_BYTES = 2 ** 20
const UPLOAD_WINDOW_BYTES = 4 * 2 ** 20

/** Allocates the shard on the GPU and begins to compile. `paths`: what the device can do, or less. Throws `no-executor`, `out-of-memory` or `model-format`. */
export async function openLoader(setup: ExecutorSetup, paths: Partial<KernelPaths>): Promise<ExecutorLoader> {
  const device = await sharedDevice()
  // Without statistics no norm brings the rounding of bytes back down.
  const fine = setup.config.norm.kind === 'affine'
  const gpu = new GpuSession(device, { ...device.paths, fine, ...paths })
  try {
    const loaded = await gpu.guardAllocation('the weights and the KV cache', () => allocate(gpu, setup))
    return new GpuLoader(gpu, setup, loaded)
  } catch (error) {
    gpu.close()
    throw error
  }
}

function allocate(gpu: GpuSession, setup: ExecutorSetup): LoadedShard {
  const { config } = setup
  const weights = allocateShardWeights(gpu, setup)
  const workspace = new Workspace(gpu, config, weights, ropeFrequencies(config.positions, null).length)
  return { weights, workspace, outputHead: weights.head && createOutputHead(gpu, config, weights.head) }
}

class GpuLoader implements ExecutorLoader {
  readonly #gpu: GpuSession
  readonly #setup: ExecutorSetup
  readonly #loaded: LoadedShard
  readonly #rowsWritten = new Map<string, number>()
  /** Why a kernel could not be compiled; null when all are. */
  readonly #refusal: Promise<unknown>

  constructor(gpu: GpuSession, setup: ExecutorSetup, loaded: LoadedShard) {
    this.#gpu = gpu
    this.#setup = setup
    this.#loaded = loaded
    this.#refusal = this.#compile().then(
      () => null,
      (error: unknown) => error,
    )
  }

  async write({ tensor, firstRow, rowCount, bytes }: WeightPiece): Promise<void> {
    const key = tensorKey(tensor)
    const sink = this.#loaded.weights.sinks.get(key)
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
    const refusal = await this.#refusal
    if (refusal !== null) throw refusal
    await this.#gpu.settle()
    return new GpuExecutor(this.#gpu, this.#setup, this.#loaded)
  }

  close(): void {
    this.#gpu.close()
  }

  async #compile(): Promise<void> {
    const { config, shard, onPrepared } = this.#setup
    const { workspace, ...loaded } = this.#loaded
    const kernels = neededKernels(this.#gpu.paths, { config, shard, ...loaded, buffers: workspace.reserve(1) })
    let done = 0
    onPrepared?.(done, kernels.length)
    await this.#gpu.compile(kernels, () => onPrepared?.(++done, kernels.length))
  }
}
