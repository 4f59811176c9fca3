import type { KernelTypes } from './compile-kernel.ts'
import type { GpuArray } from './gpu-array.ts'
import type { Kernel } from './kernel.ts'
import type { KernelPaths } from './kernel-paths.ts'

/** Workgroups in x and y. */
export type Groups = readonly [x: number, y?: number]

/** What takes dispatches: a session, which records them, or a list of what there is to compile. */
export interface KernelRunner {
  readonly paths: KernelPaths
  /** One dispatch; it runs at the next submit. `uniforms` in the kernel's order. */
  run(kernel: Kernel, inputs: readonly GpuArray[], output: GpuArray, uniforms: readonly number[], groups: Groups): void
}

/** A kernel and the types of its buffers. */
export interface NeededKernel {
  kernel: Kernel
  types: KernelTypes
}

/** The kernels that `record` would run, each once. */
export function kernelsOf(paths: KernelPaths, record: (runner: KernelRunner) => void): NeededKernel[] {
  const found = new Map<string, NeededKernel>()
  record({
    paths,
    run: (kernel, inputs, output) => found.set(kernel.name, { kernel, types: typesOf(inputs, output) }),
  })
  return [...found.values()]
}

export function typesOf(inputs: readonly GpuArray[], output: GpuArray): KernelTypes {
  return { inputs: inputs.map(({ type }) => type), output: output.type }
}
