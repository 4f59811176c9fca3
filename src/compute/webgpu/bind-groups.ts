// Bind groups and their uniform buffers, made once for a kernel and its buffers and used again in every step: making them costs more
// than recording the dispatch.
import { uniformWords } from './compile-kernel.ts'
import type { GpuArray } from './gpu-array.ts'
import type { Kernel } from './kernel.ts'

interface Binding {
  group: GPUBindGroup
  uniforms: GPUBuffer
  /** What was last written there. */
  values: readonly number[]
  /** Recorded since the last submit: its uniforms may not change before the next. */
  recorded: boolean
}

export class BindGroups {
  readonly #gpu: GPUDevice
  /** Called with the bytes that a uniform buffer gets. */
  readonly #onUpload: (bytes: number) => void
  readonly #bindings = new Map<string, Binding[]>()
  #recorded: Binding[] = []
  #byteLength = 0

  constructor(gpu: GPUDevice, onUpload: (bytes: number) => void) {
    this.#gpu = gpu
    this.#onUpload = onUpload
  }

  /** Bytes of uniform buffers. */
  get byteLength(): number {
    return this.#byteLength
  }

  /** For one dispatch that is recorded now. */
  take(
    kernel: Kernel,
    pipeline: GPUComputePipeline,
    arrays: readonly GpuArray[],
    values: readonly number[],
  ): GPUBindGroup {
    const key = `${kernel.name} ${arrays.map(({ id }) => id).join(' ')}`
    const known = this.#bindings.get(key) ?? []
    let binding = known.find((candidate) => isSame(candidate.values, values))
    if (!binding) {
      binding = known.find(({ recorded }) => !recorded) ?? this.#make(key, known, kernel, pipeline, arrays)
      const words = uniformWords(kernel, values)
      this.#gpu.queue.writeBuffer(binding.uniforms, 0, words)
      this.#onUpload(words.byteLength)
      binding.values = values
    }
    binding.recorded = true
    this.#recorded.push(binding)
    return binding.group
  }

  /** What was recorded is on its way. */
  submitted(): void {
    for (const binding of this.#recorded) binding.recorded = false
    this.#recorded = []
  }

  /** Drops what binds `array`, which is about to go. */
  forget({ id }: GpuArray): void {
    for (const [key, bindings] of this.#bindings) {
      if (!key.split(' ').slice(1).includes(String(id))) continue
      for (const { uniforms } of bindings) this.#destroy(uniforms)
      this.#bindings.delete(key)
    }
  }

  close(): void {
    for (const { uniforms } of [...this.#bindings.values()].flat()) this.#destroy(uniforms)
    this.#bindings.clear()
  }

  #make(
    key: string,
    known: Binding[],
    kernel: Kernel,
    pipeline: GPUComputePipeline,
    arrays: readonly GpuArray[],
  ): Binding {
    const size = uniformWords(
      kernel,
      kernel.uniforms.map(() => 0),
    ).byteLength
    const uniforms = this.#gpu.createBuffer({ size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST })
    this.#byteLength += size
    const entries = [...arrays.map(({ buffer }) => buffer), uniforms].map((buffer, binding) => ({
      binding,
      resource: { buffer },
    }))
    const group = this.#gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
    const made: Binding = { group, uniforms, values: [], recorded: false }
    this.#bindings.set(key, [...known, made])
    return made
  }

  #destroy(uniforms: GPUBuffer): void {
    this.#byteLength -= uniforms.size
    uniforms.destroy()
  }
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((value, i) => value === others[i])
}
