// Single kernels on a memory of their own: puts arrays in, calls, reads arrays back.
import { expect } from 'vitest'
import { GROUP_ROWS, groupBytes, interleave } from '../../../../src/compute/wasm/interleave.ts'
import { instantiate, loadKernels, type SimdBuild } from '../../../../src/compute/wasm/kernels.ts'
import { FIELDS, type RecordValues, recordBytes, writeRecord } from '../../../../src/compute/wasm/structures.ts'
import type { TensorFormat } from '../../../../src/model/tensor.ts'
import { normal, seededRandom } from '../../../support/random.ts'

type Numbers = (...values: number[]) => void

/** Exports beyond those the executor uses; contracts in assembly/*.ts. */
interface SingleKernels {
  multiplyF32: Numbers
  multiplyF16: Numbers
  multiplyInt8: Numbers
  multiplyInt4Words: Numbers
  multiplyInt4Bytes: Numbers
  quantize: Numbers
  rmsNorm: Numbers
  layerNorm: Numbers
  affineNorm: Numbers
  rotateHead: Numbers
  activate: Numbers
  addTo: Numbers
  summarize: Numbers
  attach: Numbers
  putKey: Numbers
  putValue: Numbers
  attendRowsF32: Numbers
  attendRowsF16: Numbers
}

/** The kernel for weights of one format; activations of quantized ones come as words or as bytes. */
export interface MatrixKernel {
  format: TensorFormat
  byBytes: boolean
}

type Values = Float32Array | Int8Array | Int16Array | Uint8Array

export class KernelRig {
  readonly kernels: SingleKernels
  readonly #memory: WebAssembly.Memory
  #next = 1024

  static async open(simd: SimdBuild): Promise<KernelRig> {
    const { module } = await loadKernels(false, simd)
    const memory = new WebAssembly.Memory({ initial: 64 })
    return new KernelRig(memory, instantiate(module, memory) as unknown as SingleKernels)
  }

  private constructor(memory: WebAssembly.Memory, kernels: SingleKernels) {
    this.#memory = memory
    this.kernels = kernels
  }

  /** Forgets everything put in; memory is filled with 0xAA so that nothing leans on zeros. */
  clear(): void {
    this.#next = 1024
    new Uint8Array(this.#memory.buffer).fill(0xaa)
  }

  room(byteLength: number): number {
    const address = Math.ceil(this.#next / 16) * 16
    this.#next = address + byteLength
    return address
  }

  put(values: Values): number {
    const address = this.room(values.byteLength)
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    new Uint8Array(this.#memory.buffer).set(bytes, address)
    return address
  }

  set(address: number, values: Float32Array): void {
    new Float32Array(this.#memory.buffer, address, values.length).set(values)
  }

  /** A record's fields. */
  words(address: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, FIELDS.Workspace.length).slice()
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count).slice()
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, count).slice()
  }

  /** A workspace of these values, the others 0; its address. */
  attach(values: Partial<RecordValues<'Workspace'>>): number {
    const address = this.room(recordBytes('Workspace'))
    const zeros = Object.fromEntries(FIELDS.Workspace.map((field) => [field, 0])) as RecordValues<'Workspace'>
    writeRecord(this.#memory.buffer, address, 'Workspace', { ...zeros, ...values })
    this.kernels.attach(address, 1, 0, 0)
    return address
  }

  quantized(x: Float32Array) {
    const input = this.put(x)
    const [bytes, words, scales] = [this.room(x.length), this.room(x.length * 2), this.room(x.length / 2)]
    this.kernels.quantize(input, 0, x.length / 32, bytes, words, scales)
    return { bytes, words, scales }
  }

  /** rows [R, C] as in a file, x [T, C] -> [T, R]; of other groups of rows than `part` what lay there before. */
  multiply(
    { format, byBytes }: MatrixKernel,
    rows: Uint8Array,
    rowCount: number,
    columns: number,
    x: Float32Array,
    part?: [number, number],
  ): Float32Array {
    const tokens = x.length / columns
    const groups = Math.ceil(rowCount / GROUP_ROWS)
    const target = new Uint8Array(groups * groupBytes(format, columns))
    interleave(format, rows, rowCount, columns, target)
    const weights = this.put(target)
    const stride = groups * GROUP_ROWS
    const out = this.room(tokens * stride * 4)
    const [from, to] = part ?? [0, groups]
    if (format === 'f32' || format === 'f16') {
      const kernel = format === 'f32' ? this.kernels.multiplyF32 : this.kernels.multiplyF16
      kernel(weights, columns, from, to, this.put(x), tokens, out, stride)
    } else {
      const { bytes, words, scales } = this.quantized(x)
      if (format === 'int8') this.kernels.multiplyInt8(weights, columns, from, to, words, scales, tokens, out, stride)
      else if (byBytes) this.kernels.multiplyInt4Bytes(weights, columns, from, to, bytes, scales, tokens, out, stride)
      else this.kernels.multiplyInt4Words(weights, columns, from, to, words, scales, tokens, out, stride)
    }
    const padded = this.floats(out, tokens * stride)
    return Float32Array.from({ length: tokens * rowCount }, (_, i) => {
      return padded[Math.floor(i / rowCount) * stride + (i % rowCount)]!
    })
  }
}

export function floats(count: number, seed: number, spread = 1): Float32Array {
  const random = normal(seededRandom(seed))
  return Float32Array.from({ length: count }, () => random() * spread)
}

/** `within` is relative to the largest value expected. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, within: number): void {
  expect(actual.length).toBe(expected.length)
  const largest = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-30)
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(within * largest)
}
