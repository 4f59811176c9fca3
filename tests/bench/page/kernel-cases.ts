// The products that `npm run bench -- kernels` times (the other kernels: vector-cases.ts, attention-cases.ts), at the sizes of a model like TinyLlama-1.1B. All memory is one byte pattern: it makes
// ordinary numbers of every format in every layout (nibbles 2 and 12, byte 44, half 0.065, float 2.4e-12), and speed does not depend on values.
import { groupBytes } from '../../../src/compute/wasm/interleave.ts'
import type { SimdBuild } from '../../../src/compute/wasm/kernels.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'

export const PATTERN = 0x2c

/** Addresses in the one memory of a case: what it reads small, what it writes, and what it reads large. */
export const INPUT = 1 << 20
export const OUTPUT = 24 << 20
export const WEIGHTS = 64 << 20
export const MEMORY_BYTES = 288 << 20

/** Which multiplication a kernel lives on. */
export type Arithmetic = 'bytes' | 'words' | 'floats'

export interface KernelCase {
  kernel: string
  shape: string
  /** Bytes of weights, cache or values that must come from memory once. */
  bytes: number
  multiplyAdds: number
  arithmetic: Arithmetic
  /** A promise where it runs through the executor. */
  run(): unknown
}

/** Exports for single kernels; contracts in assembly/*.ts. */
export type SingleKernels = Record<
  | 'multiplyF32'
  | 'multiplyF16'
  | 'multiplyInt8'
  | 'multiplyInt4Bytes'
  | 'multiplyInt4Words'
  | 'quantize'
  | 'rmsNorm'
  | 'layerNorm'
  | 'affineNorm'
  | 'activate'
  | 'rotateHead'
  | 'addTo'
  | 'summarize'
  | 'attach'
  | 'putKey'
  | 'putValue',
  (...values: number[]) => void
>

export function productCases(kernels: SingleKernels, simd: SimdBuild): KernelCase[] {
  const words = INPUT + (8 << 20)
  const scales = INPUT + (20 << 20)

  /** int4 multiplies bytes where there is a relaxed dot and the norms allow it, else words. */
  const product = (
    format: TensorFormat,
    rows: number,
    columns: number,
    tokens: number,
    byBytes = format === 'int4' && simd === 'relaxed',
  ): KernelCase => {
    const groups = rows / 4
    const isFloat = format === 'f32' || format === 'f16'
    const run = () => {
      if (isFloat) {
        const multiply = format === 'f32' ? kernels.multiplyF32 : kernels.multiplyF16
        multiply(WEIGHTS, columns, 0, groups, INPUT, tokens, OUTPUT, rows)
      } else if (byBytes) kernels.multiplyInt4Bytes(WEIGHTS, columns, 0, groups, INPUT, scales, tokens, OUTPUT, rows)
      else {
        const multiply = format === 'int8' ? kernels.multiplyInt8 : kernels.multiplyInt4Words
        multiply(WEIGHTS, columns, 0, groups, words, scales, tokens, OUTPUT, rows)
      }
    }
    return {
      kernel: `${format}${simd === 'relaxed' && format === 'int4' && !byBytes ? ' by words' : ''} ${tokens === 1 ? 'matrix times vector' : `matrix times ${tokens} tokens`}`,
      shape: `${rows} x ${columns}`,
      bytes: groups * groupBytes(format, columns),
      multiplyAdds: rows * columns * tokens,
      arithmetic: isFloat ? 'floats' : byBytes ? 'bytes' : 'words',
      run,
    }
  }

  return [
    product('int4', 24_576, 8192, 1),
    product('int8', 24_576, 8192, 1),
    product('f32', 6144, 8192, 1),
    product('f16', 12_288, 8192, 1),
    product('int4', 5632, 2048, 64),
    product('int8', 5632, 2048, 64),
    product('f32', 5632, 2048, 64),
    product('f16', 5632, 2048, 64),
    ...(simd === 'relaxed' ? [product('int4', 24_576, 8192, 1, false), product('int4', 5632, 2048, 64, false)] : []),
  ]
}
