// One executor's hold on the shared device: its buffers and its work, counted, and its way back to main memory.
import { bytesInWords } from '../../base/bytes-in-words.ts'
import { HeadroomError } from '../../base/errors.ts'
import type { DeviceWork } from '../executor.ts'
import type { WordType } from './compile-kernel.ts'
import { createArray, type GpuArray } from './gpu-array.ts'
import type { GpuDevice } from './gpu-device.ts'
import type { Kernel } from './kernel.ts'
import type { KernelPaths } from './kernel-paths.ts'
import type { Groups, KernelRunner, NeededKernel } from './kernel-runner.ts'
import { Recorder } from './recorder.ts'

/** `count` floats from float `offset` on. */
export interface ArrayPart {
  array: GpuArray
  offset: number
  count: number
}

export class GpuSession implements KernelRunner {
  /** Which ways kernels take. */
  readonly paths: KernelPaths
  readonly #device: GpuDevice
  readonly #recorder: Recorder
  readonly #arrays = new Set<GpuArray>()
  readonly #work: DeviceWork = { dispatches: 0, submits: 0, readbacks: 0, uploadedBytes: 0, readBytes: 0 }
  #staging: GPUBuffer | null = null
  #allocatedBytes = 0
  #inFlightBytes = 0
  #peakBytes = 0
  #closed = false

  /** `paths`: what the device can do, or less. */
  constructor(device: GpuDevice, paths: KernelPaths = device.paths) {
    this.#device = device
    this.paths = paths
    this.#recorder = new Recorder(device, (bytes) => this.#uploads(bytes))
  }

  /** So far. */
  get work(): DeviceWork {
    return { ...this.#work }
  }

  /** Largest buffer that one kernel input may be. */
  get bindingBytes(): number {
    return this.#device.bindingBytes
  }

  /** Bytes handed to the queue since it was last waited for. */
  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  /** High-water mark of buffers, uniforms, staging and uploads on their way. */
  get peakBytes(): number {
    return this.#peakBytes
  }

  throwIfFailed(): void {
    if (this.#closed) throw new HeadroomError('internal', 'This executor is closed.')
    this.#device.throwIfFailed()
  }

  /** Runs `make`, which allocates; throws `out-of-memory` where the GPU refuses. */
  async guardAllocation<Result>(what: string, make: () => Result): Promise<Result> {
    const { gpu } = this.#device
    gpu.pushErrorScope('out-of-memory')
    gpu.pushErrorScope('validation')
    let outcomes: Promise<(GPUError | null)[]>
    let result: Result
    try {
      result = make()
    } finally {
      outcomes = Promise.all([gpu.popErrorScope(), gpu.popErrorScope()])
    }
    const refused = (await outcomes).find((error) => error !== null)
    this.throwIfFailed()
    if (!refused) return result
    throw new HeadroomError(
      'out-of-memory',
      `The GPU has no room for ${what} (${bytesInWords(this.#allocatedBytes)}): ${refused.message} What would do: more devices, or a smaller model.`,
    )
  }

  /** Zeros, freed by `free` or `close`. `byteLength` is a multiple of 4. */
  allocate(byteLength: number, type: WordType): GpuArray {
    const array = createArray(this.#device.gpu, byteLength, type)
    this.#arrays.add(array)
    this.#allocatedBytes += array.byteLength
    this.#raisePeak()
    return array
  }

  free(array: GpuArray): void {
    if (!this.#arrays.delete(array)) return
    this.#recorder.forget(array)
    array.buffer.destroy()
    this.#allocatedBytes -= array.byteLength
  }

  /** Queued before everything submitted later; `data` is copied. */
  write(array: GpuArray, byteOffset: number, { buffer, byteOffset: from, byteLength }: ArrayBufferView): void {
    this.#device.gpu.queue.writeBuffer(array.buffer, byteOffset, buffer, from, byteLength)
    this.#uploads(byteLength)
  }

  /** Waits until the queue has taken all uploads. */
  async settle(): Promise<void> {
    await this.#device.gpu.queue.onSubmittedWorkDone()
    this.#inFlightBytes = 0
    this.throwIfFailed()
  }

  /** Resolves when these kernels need no compiling any more; `onDone` hears of each. */
  async compile(kernels: readonly NeededKernel[], onDone?: () => void): Promise<void> {
    const one = async ({ kernel, types }: NeededKernel) => {
      await this.#device.compile(kernel, types)
      onDone?.()
    }
    await Promise.all(kernels.map(one))
  }

  run(
    kernel: Kernel,
    inputs: readonly GpuArray[],
    output: GpuArray,
    uniforms: readonly number[],
    groups: Groups,
  ): void {
    this.#recorder.dispatch(kernel, inputs, output, uniforms, groups)
    this.#work.dispatches++
  }

  submit(more?: (encoder: GPUCommandEncoder) => void): void {
    if (this.#recorder.submit(more)) this.#work.submits++
  }

  /** Submits everything recorded and brings `count` floats back from float `offset` on. Rejects with `device-lost` when the GPU goes away. */
  read(array: GpuArray, offset: number, count: number): Promise<Float32Array> {
    return this.readParts([{ array, offset, count }])
  }

  /** As `read`, one part behind the other in one readback. */
  async readParts(parts: readonly ArrayPart[]): Promise<Float32Array> {
    this.throwIfFailed()
    const size = parts.reduce((sum, { count }) => sum + count * 4, 0)
    if (size === 0) return new Float32Array(0)
    const staging = this.#takeStaging(size)
    this.#work.readbacks++
    this.#work.readBytes += size
    this.submit((encoder) => {
      let at = 0
      for (const { array, offset, count } of parts) {
        encoder.copyBufferToBuffer(array.buffer, offset * 4, staging, at, count * 4)
        at += count * 4
      }
    })
    const values = new Float32Array((await this.#device.map(staging, size)).slice(0))
    staging.unmap()
    this.#inFlightBytes = 0
    this.#keepStaging(staging)
    return values
  }

  /** Frees every buffer; later calls throw. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#recorder.close()
    for (const array of [...this.#arrays]) this.free(array)
    this.#staging?.destroy()
  }

  #takeStaging(size: number): GPUBuffer {
    const staging = this.#staging
    if (staging && staging.size >= size) {
      this.#staging = null
      return staging
    }
    this.#allocatedBytes += size
    this.#raisePeak()
    return this.#device.gpu.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
  }

  /** Keeps the larger of two for the next readback. */
  #keepStaging(staging: GPUBuffer): void {
    const kept = this.#staging
    const spare = kept && kept.size >= staging.size ? staging : kept
    if (spare !== staging) this.#staging = staging
    if (this.#closed) this.#staging = null
    const unused = this.#closed ? staging : spare
    if (!unused) return
    this.#allocatedBytes -= unused.size
    unused.destroy()
  }

  #uploads(byteLength: number): void {
    this.#work.uploadedBytes += byteLength
    this.#inFlightBytes += byteLength
    this.#raisePeak(byteLength)
  }

  #raisePeak(transientBytes = 0): void {
    const now = this.#allocatedBytes + this.#recorder.byteLength + this.#inFlightBytes + transientBytes
    this.#peakBytes = Math.max(this.#peakBytes, now)
  }
}
