// The realm's one GPU device, driven through TensorFlow.js' WebGPU backend: it wraps and caches the pipelines and encodes dispatches;
// buffers, uploads and readbacks are ours (gpu-session.ts). The device outlives executors, so that a new plan compiles nothing again.
// The ways of the library (4.22) that this file deals with:
// - only the backend class is imported (32 KB gzipped; the package's door brings every kernel, 112 KB) and it is never registered;
// - shapes are part of its pipeline key: every buffer is registered as shape [1], kernels index by themselves; and it writes that
//   key back into the program, which would then miss the cache at its next use: the key is set again before each;
// - it submits by itself after 15 dispatches: the flag below leaves one submit to each readback;
// - its own readback copies whole buffers and keeps one staging buffer a size for ever: ours shares its encoder (a private field).
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu'
import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program'
import { env, type TensorInfo } from '@tensorflow/tfjs-core'
import { HeadroomError } from '../../base/errors.ts'
import { type Kernel, WORKGROUP_SIZE } from './kernel.ts'

env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 4096)

/** A storage buffer and its registration with the library. */
export interface GpuArray {
  readonly buffer: GPUBuffer
  readonly tensor: TensorInfo & { dispose(): void }
  readonly byteLength: number
}

export class TfjsDevice {
  readonly gpu: GPUDevice
  /** The adapter in its own words, as far as the browser tells them, and the largest buffer of a kernel. */
  readonly description: string
  readonly #backend: WebGPUBackend
  readonly #programs = new Map<string, WebGPUProgram>()
  /** Outcomes of first uses of kernels: WGSL that does not compile shows nowhere else. */
  #checks: Promise<GPUError | null>[] = []
  #failure: HeadroomError | null = null

  constructor(gpu: GPUDevice, info: GPUAdapterInfo) {
    this.gpu = gpu
    this.#backend = new WebGPUBackend(gpu, info)
    const words = info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ')
    const mebibytes = Math.floor(this.bindingBytes / 2 ** 20)
    this.description = `${words.slice(0, 120) || 'unnamed GPU'}, buffers up to ${mebibytes} MiB`
    gpu.addEventListener('uncapturederror', ({ error }) => this.#failOn(error))
    void gpu.lost.then(({ message }) => {
      this.#failure ??= lostError(message)
    })
  }

  /** Lost, or a command was refused: every executor on it is broken. */
  get failed(): boolean {
    return this.#failure !== null
  }

  /** Largest buffer that one kernel input may be. */
  get bindingBytes(): number {
    return Math.min(this.gpu.limits.maxStorageBufferBindingSize, this.gpu.limits.maxBufferSize)
  }

  /** Bytes of the library's own buffers (uniforms). */
  get overheadBytes(): number {
    return this.#backend.bufferManager.numBytesAllocated
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  /** Zeros. `byteLength` is a multiple of 4. */
  allocate(byteLength: number, type: 'float32' | 'int32'): GpuArray {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    const buffer = this.gpu.createBuffer({ size: Math.max(4, byteLength), usage })
    const tensor = this.#backend.createTensorFromGPUData({ buffer, zeroCopy: true }, [1], type)
    return { buffer, tensor, byteLength: buffer.size }
  }

  free({ buffer, tensor }: GpuArray): void {
    tensor.dispose()
    buffer.destroy()
  }

  /** Records one dispatch of `groups` workgroups; it runs at the next submit. `uniforms` in the kernel's order. */
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
      this.gpu.pushErrorScope('validation')
    }
    program.shaderKey = kernel.name
    program.dispatch = [groups[0], groups[1] ?? 1, 1]
    this.#backend.runWebGPUProgram(
      program,
      inputs.map(({ tensor }) => tensor),
      output.tensor.dtype,
      uniforms.map((value) => ({ type: 'int32', data: [value] })),
      output.tensor,
    )
    if (!known) this.#checks.push(this.gpu.popErrorScope())
  }

  /** Submits what is recorded, after `record` has added to it. */
  submit(record?: (encoder: GPUCommandEncoder) => void): void {
    this.#backend.ensureCommandEncoderReady()
    this.#backend.endComputePassEncoder()
    const { commandEncoder } = this.#backend as unknown as { commandEncoder: GPUCommandEncoder }
    record?.(commandEncoder)
    this.#backend.submitQueue()
  }

  /** Maps a staging buffer once the work before it is done. Rejects with `device-lost` when the GPU goes away, `internal` when it refused a kernel. */
  async map(staging: GPUBuffer, byteLength: number): Promise<ArrayBuffer> {
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, byteLength)
    } catch (cause) {
      throw this.#failure ?? lostError(String(cause))
    }
    for (const error of await Promise.all(this.#checks.splice(0))) if (error) this.#failOn(error)
    this.throwIfFailed()
    return staging.getMappedRange(0, byteLength)
  }

  close(): void {
    this.#backend.dispose()
    this.gpu.destroy()
  }

  #failOn(error: GPUError): void {
    const code = error instanceof GPUOutOfMemoryError ? 'out-of-memory' : 'internal'
    this.#failure ??= new HeadroomError(code, `The GPU refused a command: ${error.message}`, { cause: error })
  }
}

let shared: Promise<TfjsDevice> | null = null

/** The device of this worker, opened at first use and again after it failed. Throws `no-executor` where there is no WebGPU or no adapter. */
export async function sharedDevice(): Promise<TfjsDevice> {
  shared ??= openDevice()
  const opened = shared
  const device = await opened.catch((error: unknown) => {
    shared = null
    throw error
  })
  if (!device.failed) return device
  if (shared === opened) {
    shared = null
    device.close()
  }
  return sharedDevice()
}

async function openDevice(): Promise<TfjsDevice> {
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
