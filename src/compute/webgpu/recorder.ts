// Dispatches on their way into one submit.
import { BindGroups } from './bind-groups.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuDevice } from './gpu-device.ts'
import type { Kernel } from './kernel.ts'
import { type Groups, typesOf } from './kernel-runner.ts'

export class Recorder {
  readonly #device: GpuDevice
  readonly #bindGroups: BindGroups
  #encoder: GPUCommandEncoder | null = null
  #pass: GPUComputePassEncoder | null = null

  /** `onUpload` hears of the bytes of uniforms. */
  constructor(device: GpuDevice, onUpload: (bytes: number) => void) {
    this.#device = device
    this.#bindGroups = new BindGroups(device.gpu, onUpload)
  }

  /** Bytes of uniform buffers. */
  get byteLength(): number {
    return this.#bindGroups.byteLength
  }

  dispatch(
    kernel: Kernel,
    inputs: readonly GpuArray[],
    output: GpuArray,
    uniforms: readonly number[],
    [x, y = 1]: Groups,
  ): void {
    const pipeline = this.#device.pipeline(kernel, typesOf(inputs, output))
    this.#encoder ??= this.#device.gpu.createCommandEncoder()
    this.#pass ??= this.#encoder.beginComputePass()
    this.#pass.setPipeline(pipeline)
    this.#pass.setBindGroup(0, this.#bindGroups.take(kernel, pipeline, [output, ...inputs], uniforms))
    this.#pass.dispatchWorkgroups(x, y)
  }

  /** Sends what is recorded, after `more` has added to it; false: there was nothing. */
  submit(more?: (encoder: GPUCommandEncoder) => void): boolean {
    if (!this.#encoder && !more) return false
    const encoder = this.#encoder ?? this.#device.gpu.createCommandEncoder()
    this.#pass?.end()
    this.#pass = null
    this.#encoder = null
    more?.(encoder)
    this.#device.gpu.queue.submit([encoder.finish()])
    this.#bindGroups.submitted()
    return true
  }

  /** Call it before `array` is destroyed. */
  forget(array: GpuArray): void {
    this.#bindGroups.forget(array)
  }

  close(): void {
    this.#bindGroups.close()
  }
}
