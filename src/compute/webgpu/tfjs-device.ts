// One GPU device of our own, driven through TensorFlow.js' WebGPU backend: it wraps and caches the pipelines and encodes dispatches;
// buffers, uploads and readbacks are ours. Its ways (4.22) that this file deals with:
// - only the backend class is imported (32 KB gzipped; the package's door brings every kernel, 112 KB) and it is never registered;
// - shapes are part of its pipeline key: every buffer is registered as shape [1], kernels index by themselves;
// - it submits by itself after 15 dispatches: the flag below leaves one submit to each readback;
// - its own readback copies whole buffers and keeps one staging buffer a size for ever: ours shares its encoder (a private field).

import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu'
import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program'
import { env, type TensorInfo } from '@tensorflow/tfjs-core'
import { HeadroomError } from '../../base/errors.ts'
import { type Kernel, WORKGROUP_SIZE } from './kernel.ts'

env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 4096)

/** A storage buffer and its registration with the library. Freed by `TfjsDevice.free` or with the device. */
export interface GpuArray {
  readonly buffer: GPUBuffer
  readonly tensor: TensorInfo & { dispose(): void }
  readonly byteLength: number
}

export class TfjsDevice {
  readonly #device: GPUDevice
  readonly #backend: WebGPUBackend
  readonly #programs = new Map<string, WebGPUProgram>()
  /** Outcomes of first uses of kernels: WGSL that does not compile shows nowhere else. */
  #checks: Promise<GPUError | null>[] = []
  #staging: GPUBuffer | null = null
  #failure: HeadroomError | null = null
  #allocatedBytes = 0
  #inFlightBytes = 0
  #peakBytes = 0

  private constructor(device: GPUDevice, info: GPUAdapterInfo) {
    this.#device = device
    this.#backend = new WebGPUBackend(device, info)
    device.addEventListener('uncapturederror', ({ error }) => this.#failOn(error))
    device.lost.then(({ message }) => {
      this.#failure ??= lostError(message)
    }, undefined)
  }

  /** Throws `no-executor` where there is no WebGPU or no adapter. */
  static async open(): Promise<TfjsDevice> {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter)
      throw new HeadroomError(
        'no-executor',
        `This browser offers no WebGPU ${navigator.gpu ? 'adapter' : 'here (it needs HTTPS and a recent browser)'}; use the WASM executor.`,
      )
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
    try {
      const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } })
      return new TfjsDevice(device, adapter.info)
    } catch (cause) {
      throw new HeadroomError('no-executor', `The GPU gave no device (${cause}); use the WASM executor.`, { cause })
    }
  }

  /** Largest buffer that one kernel input may be. */
  get bindingBytes(): number {
    return Math.min(this.#device.limits.maxStorageBufferBindingSize, this.#device.limits.maxBufferSize)
  }

  /** Bytes handed to the queue since the last `settle`. */
  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  /** High-water mark of buffers, uniforms, staging and uploads on their way. */
  get peakBytes(): number {
    return this.#peakBytes
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  /** Runs `make`, which allocates; throws `out-of-memory` where the GPU refuses. */
  async guardAllocation<Result>(what: string, make: () => Result): Promise<Result> {
    this.#device.pushErrorScope('out-of-memory')
    this.#device.pushErrorScope('validation')
    const result = make()
    const errors = await Promise.all([this.#device.popErrorScope(), this.#device.popErrorScope()])
    this.throwIfFailed()
    const refused = errors.find((error) => error !== null)
    if (!refused) return result
    throw new HeadroomError(
      'out-of-memory',
      `The GPU has no room for ${what} (${(this.#allocatedBytes / 2 ** 20).toFixed(0)} MiB): ${refused.message}. Add devices or use a smaller model.`,
    )
  }

  /** Zeros. `byteLength` is a multiple of 4. */
  allocate(byteLength: number, type: 'float32' | 'int32'): GpuArray {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    const buffer = this.#device.createBuffer({ size: Math.max(4, byteLength), usage })
    const tensor = this.#backend.createTensorFromGPUData({ buffer, zeroCopy: true }, [1], type)
    this.#allocatedBytes += buffer.size
    this.#raisePeak()
    return { buffer, tensor, byteLength: buffer.size }
  }

  free({ buffer, tensor, byteLength }: GpuArray): void {
    tensor.dispose()
    buffer.destroy()
    this.#allocatedBytes -= byteLength
  }

  /** Queued before everything submitted later; `data` is copied. */
  write(array: GpuArray, byteOffset: number, data: ArrayBufferView<ArrayBuffer>): void {
    this.#device.queue.writeBuffer(array.buffer, byteOffset, data.buffer, data.byteOffset, data.byteLength)
    this.#inFlightBytes += data.byteLength
    this.#raisePeak(data.byteLength)
  }

  /** Waits until the queue has taken all uploads. */
  async settle(): Promise<void> {
    await this.#device.queue.onSubmittedWorkDone()
    this.#inFlightBytes = 0
    this.throwIfFailed()
  }

  /** Records one dispatch of `groups` workgroups; it runs at the next `submit` or `read`. `uniforms` in the kernel's order. */
  run(
    kernel: Kernel,
    inputs: readonly GpuArray[],
    output: GpuArray,
    uniforms: readonly number[],
    groups: readonly [x: number, y?: number],
  ): void {
    const known = this.#programs.get(kernel.name)
    const program = known ?? toProgram(kernel)
    if (!known) {
      this.#programs.set(kernel.name, program)
      this.#device.pushErrorScope('validation')
    }
    program.dispatch = [groups[0], groups[1] ?? 1, 1]
    this.#backend.runWebGPUProgram(
      program,
      inputs.map(({ tensor }) => tensor),
      output.tensor.dtype,
      uniforms.map((value) => ({ type: 'int32', data: [value] })),
      output.tensor,
    )
    if (!known) this.#checks.push(this.#device.popErrorScope())
  }

  submit(): void {
    this.#backend.ensureCommandEncoderReady()
    this.#backend.endComputePassEncoder()
    this.#backend.submitQueue()
  }

  /** Submits everything recorded and brings `count` floats back from float `offset` on. Rejects with `device-lost` when the GPU goes away. */
  async read(array: GpuArray, offset: number, count: number): Promise<Float32Array> {
    this.throwIfFailed()
    const size = count * 4
    const staging = this.#takeStaging(size)
    this.#backend.ensureCommandEncoderReady()
    this.#backend.endComputePassEncoder()
    const { commandEncoder } = this.#backend as unknown as { commandEncoder: GPUCommandEncoder }
    commandEncoder.copyBufferToBuffer(array.buffer, offset * 4, staging, 0, size)
    this.#backend.submitQueue()
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, size)
    } catch (cause) {
      throw this.#failure ?? lostError(String(cause))
    }
    for (const error of await Promise.all(this.#checks.splice(0))) if (error) this.#failOn(error)
    this.throwIfFailed()
    const values = new Float32Array(staging.getMappedRange(0, size).slice(0))
    staging.unmap()
    this.#inFlightBytes = 0
    this.#returnStaging(staging)
    return values
  }

  /** Frees every buffer; pending and later calls reject. */
  close(): void {
    this.#failure ??= new HeadroomError('internal', 'This executor is closed.')
    this.#backend.dispose()
    this.#device.destroy()
  }

  #takeStaging(size: number): GPUBuffer {
    const staging = this.#staging
    if (staging && staging.size >= size) {
      this.#staging = null
      return staging
    }
    this.#allocatedBytes += size
    this.#raisePeak()
    return this.#device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
  }

  #returnStaging(staging: GPUBuffer): void {
    const smaller = this.#staging && this.#staging.size > staging.size ? staging : this.#staging
    if (smaller !== staging) this.#staging = staging
    if (!smaller) return
    this.#allocatedBytes -= smaller.size
    smaller.destroy()
  }

  #raisePeak(transientBytes = 0): void {
    const { numBytesAllocated } = this.#backend.bufferManager
    const now = this.#allocatedBytes + numBytesAllocated + this.#inFlightBytes + transientBytes
    this.#peakBytes = Math.max(this.#peakBytes, now)
  }

  #failOn(error: GPUError): void {
    const code = error instanceof GPUOutOfMemoryError ? 'out-of-memory' : 'internal'
    this.#failure ??= new HeadroomError(code, `The GPU refused a command: ${error.message}`, { cause: error })
  }
}

function toProgram({ name, inputs, uniforms, wgsl }: Kernel): WebGPUProgram {
  return {
    shaderKey: name,
    variableNames: inputs.map((input) => input.name),
    variableComponents: inputs.map((input) => input.width),
    uniforms: uniforms.map((uniform) => `${uniform} : i32,`).join(' '),
    outputShape: [1],
    workgroupSize: [WORKGROUP_SIZE, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [1, 1, 1],
    getUserCode: () => wgsl,
  }
}

function lostError(reason: string): HeadroomError {
  return new HeadroomError(
    'device-lost',
    `The GPU was taken away (${reason}). Load this device's share again, or on the WASM executor.`,
  )
}
