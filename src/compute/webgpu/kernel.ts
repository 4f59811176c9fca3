/** Threads in every workgroup, in x. 64 runs well on phones and desktops alike. */
export const WORKGROUP_SIZE = 64

/** A buffer that a kernel reads, `width` values an element: `array<f32>` or `array<vec4<f32>>` (the buffer says f32 or i32). */
export interface KernelInput {
  name: string
  width: 1 | 4
}

/**
 * A WGSL program as data, free of the library that runs it. `wgsl` declares `fn main(index : i32)` and may use `result` (the one
 * output, read and write), its inputs and uniforms (`uniforms.name`, all i32) by name, and `localId`, `workgroupId`. Those two are
 * private variables to WGSL, so never uniform: a barrier may only stand in control flow that depends on uniforms, constants or
 * `workgroupUniformLoad`. One kernel must not read its output buffer as an input too.
 */
export interface Kernel {
  /** Unique among kernels with a different text. */
  name: string
  inputs: readonly KernelInput[]
  uniforms: readonly string[]
  wgsl: string
}

const kernels = new Map<string, Kernel>()

/** The kernel called `name`, made at its first use. */
export function kernelNamed(name: string, make: () => Omit<Kernel, 'name'>): Kernel {
  const known = kernels.get(name)
  if (known) return known
  const kernel = { name, ...make() }
  kernels.set(name, kernel)
  return kernel
}
