import type { WordType } from './compile-kernel.ts'

/** A storage buffer of 32-bit words. */
export interface GpuArray {
  /** Unique in this worker. */
  readonly id: number
  readonly buffer: GPUBuffer
  readonly type: WordType
  readonly byteLength: number
}

let nextId = 0

/** Zeros. `byteLength` is a multiple of 4. */
export function createArray(gpu: GPUDevice, byteLength: number, type: WordType): GpuArray {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const buffer = gpu.createBuffer({ size: Math.max(4, byteLength), usage })
  return { id: nextId++, buffer, type, byteLength: buffer.size }
}
