// One executor's hold on the shared device: its buffers, counted, and its way back to main memory.
import { HeadroomError } from '../../base/errors.ts'
import type { Kernel } from './kernel.ts'
import type { GpuArray, TfjsDevice } from './tfjs-device.ts'

export class GpuSession {
  readonly #device: TfjsDevice
  readonly #arrays = new Set<GpuArray>()
  #staging: GPUBuffer | null = null
  #allocatedBytes = 0
  #inFlightBytes = 0
  #peakBytes = 0
  #closed = false

  constructor(device: TfjsDevice) {
    this.#device = device
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
    const mebibytes = (this.#allocatedBytes / 2 ** 20).toFixed(0)
    throw new HeadroomError(
      'out-of-memory',
      `The GPU has no room for ${what} (${mebibytes} MiB): ${refused.message} Add devices or use a smaller model.`,
    )
  }

  /** Zeros, freed by `free` or `close`. `byteLength` is a multiple of 4. */
  allocate(byteLength: number, type: 'float32' | 'int32'): GpuArray {
    const array = this.#device.allocate(byteLength, type)
    this.#arrays.add(array)
    this.#allocatedBytes += array.byteLength
    this.#raisePeak()
    return array
  }

  free(array: GpuArray): void {
    if (!this.#arrays.delete(array)) return
    this.#device.free(array)
    this.#allocatedBytes -= array.byteLength
  }

  /** Queued before everything submitted later; `data` is copied. */
  write(array: GpuArray, byteOffset: number, { buffer, byteOffset: from, byteLength }: ArrayBufferView): void {
    this.#device.gpu.queue.writeBuffer(array.buffer, byteOffset, buffer, from, byteLength)
    this.#inFlightBytes += byteLength
    this.#raisePeak(byteLength)
  }

  /** Waits until the queue has taken all uploads. */
  async settle(): Promise<void> {
    await this.#device.gpu.queue.onSubmittedWorkDone()
    this.#inFlightBytes = 0
    this.throwIfFailed()
  }

  /** Records one dispatch; see `TfjsDevice.run`. */
  run(
    kernel: Kernel,
    inputs: readonly GpuArray[],
    output: GpuArray,
    uniforms: readonly number[],
    groups: readonly [x: number, y?: number],
  ): void {
    this.#device.run(kernel, inputs, output, uniforms, groups)
  }

  submit(): void {
    this.#device.submit()
  }

  /** Submits everything recorded and brings `count` floats back from float `offset` on. Rejects with `device-lost` when the GPU goes away. */
  async read(array: GpuArray, offset: number, count: number): Promise<Float32Array> {
    this.throwIfFailed()
    const size = count * 4
    const staging = this.#takeStaging(size)
    this.#device.submit((encoder) => encoder.copyBufferToBuffer(array.buffer, offset * 4, staging, 0, size))
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

  #raisePeak(transientBytes = 0): void {
    const now = this.#allocatedBytes + this.#device.overheadBytes + this.#inFlightBytes + transientBytes
    this.#peakBytes = Math.max(this.#peakBytes, now)
  }
}
