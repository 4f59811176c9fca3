// The realm's one GPU device and its compiled kernels. The device outlives executors, so that a new plan compiles nothing again.
import { HeadroomError } from '../../base/errors.ts'
import { compileKernel, type KernelTypes } from './compile-kernel.ts'
import type { Kernel } from './kernel.ts'
import { type KernelPaths, pathsOf } from './kernel-paths.ts'

export class GpuDevice {
  readonly gpu: GPUDevice
  /** The adapter in its own words, as far as the browser tells them, and the largest buffer of a kernel. */
  readonly description: string
  /** Which ways of computing this GPU and browser have. */
  readonly paths: KernelPaths
  readonly #pipelines = new Map<string, GPUComputePipeline>()
  readonly #compiling = new Map<string, Promise<void>>()
  /** Outcomes of kernels that were compiled at their first use: WGSL that does not compile shows nowhere else. */
  #checks: Promise<GPUError | null>[] = []
  #failure: HeadroomError | null = null

  constructor(gpu: GPUDevice, info: GPUAdapterInfo, paths: KernelPaths) {
    this.gpu = gpu
    this.paths = paths
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

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }

  /** Compiled here and now where `compile` has not done it. */
  pipeline(kernel: Kernel, types: KernelTypes): GPUComputePipeline {
    const known = this.#pipelines.get(kernel.name)
    if (known) return known
    this.gpu.pushErrorScope('validation')
    const pipeline = compileKernel(this.gpu, kernel, types, false)
    this.#checks.push(this.gpu.popErrorScope())
    this.#pipelines.set(kernel.name, pipeline)
    return pipeline
  }

  /** In the background, as many at once as the GPU's driver likes. Throws `internal` where it refuses the kernel, `device-lost`. */
  compile(kernel: Kernel, types: KernelTypes): Promise<void> {
    const running = this.#compiling.get(kernel.name) ?? this.#compile(kernel, types)
    this.#compiling.set(kernel.name, running)
    return running
  }

  async #compile(kernel: Kernel, types: KernelTypes): Promise<void> {
    if (this.#pipelines.has(kernel.name)) return
    try {
      this.#pipelines.set(kernel.name, await compileKernel(this.gpu, kernel, types, true))
    } catch (cause) {
      this.throwIfFailed()
      throw new HeadroomError('internal', `The GPU refused the kernel ${kernel.name}: ${cause}`, { cause })
    }
    this.throwIfFailed()
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
    this.gpu.destroy()
  }

  #failOn(error: GPUError): void {
    const code = error instanceof GPUOutOfMemoryError ? 'out-of-memory' : 'internal'
    this.#failure ??= new HeadroomError(code, `The GPU refused a command: ${error.message}`, { cause: error })
  }
}

let shared: Promise<GpuDevice> | null = null

/** The device of this worker, opened at first use and again after it failed. Throws `no-executor` where there is no WebGPU or no adapter. */
export async function sharedDevice(): Promise<GpuDevice> {
  shared ??= openDevice()
  const opened = shared
  const device = await opened.catch((error: unknown) => {
    if (shared === opened) shared = null
    throw error
  })
  if (!device.failed) return device
  if (shared === opened) {
    shared = null
    device.close()
  }
  return sharedDevice()
}

async function openDevice(): Promise<GpuDevice> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter)
    throw new HeadroomError(
      'no-executor',
      `This browser offers no WebGPU ${navigator.gpu ? 'adapter' : 'here (it needs HTTPS and a recent browser)'}; use the WASM executor.`,
    )
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
  try {
    const device = await adapter.requestDevice({
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
      requiredFeatures: adapter.features.has('subgroups') ? ['subgroups'] : [],
    })
    return new GpuDevice(device, adapter.info, await pathsOf(device))
  } catch (cause) {
    throw new HeadroomError('no-executor', `The GPU gave no device (${cause}); use the WASM executor.`, { cause })
  }
}

function lostError(reason: string): HeadroomError {
  return new HeadroomError(
    'device-lost',
    `The GPU was taken away (${reason}). Load this device's share again, or on the WASM executor.`,
  )
}
