// The kernels that `npm run bench -- kernels` times, at the sizes of a model like TinyLlama-1.1B. All memory is one byte pattern: it makes
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
  | 'activate'
  | 'rotateHead',
  (...values: number[]) => void
>

export function kernelCases(kernels: SingleKernels, simd: SimdBuild): KernelCase[] {
  const words = INPUT + (8 << 20)
  const scales = INPUT + (20 << 20)

  const product = (format: TensorFormat, rows: number, columns: number, tokens: number): KernelCase => {
    const groups = rows / 4
    const isFloat = format === 'f32' || format === 'f16'
    const byBytes = format === 'int4' && simd === 'relaxed'
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
      kernel: `${format} ${tokens === 1 ? 'matrix times vector' : `matrix times ${tokens} tokens`}`,
      shape: `${rows} x ${columns}`,
      bytes: groups * groupBytes(format, columns),
      multiplyAdds: rows * columns * tokens,
      arithmetic: isFloat ? 'floats' : byBytes ? 'bytes' : 'words',
      run,
    }
  }

  const width = 5632
  return [
    product('int4', 24_576, 8192, 1),
    product('int8', 24_576, 8192, 1),
    product('f32', 6144, 8192, 1),
    product('f16', 12_288, 8192, 1),
    product('int4', 5632, 2048, 64),
    product('int8', 5632, 2048, 64),
    product('f32', 5632, 2048, 64),
    product('f16', 5632, 2048, 64),
    {
      kernel: 'RMS norm',
      shape: `${width} values`,
      bytes: 12 * width,
      multiplyAdds: 3 * width,
      arithmetic: 'floats',
      run: () => kernels.rmsNorm(INPUT, INPUT + (1 << 20), OUTPUT, width, 1e-5),
    },
    {
      kernel: 'layer norm',
      shape: `${width} values`,
      bytes: 16 * width,
      multiplyAdds: 3 * width,
      arithmetic: 'floats',
      run: () => kernels.layerNorm(INPUT, INPUT + (1 << 20), INPUT + (2 << 20), OUTPUT, width, 1e-5),
    },
    {
      kernel: 'gated SiLU',
      shape: `${width} values`,
      bytes: 12 * width,
      // 11 of them the exponential's.
      multiplyAdds: 12 * width,
      arithmetic: 'floats',
      run: () => kernels.activate(0, INPUT, INPUT + (1 << 20), OUTPUT, 0, width),
    },
    {
      kernel: 'rotation by position',
      shape: '1 head, 64 values',
      bytes: 12 * 64,
      multiplyAdds: 2 * 64,
      arithmetic: 'floats',
      run: () => kernels.rotateHead(INPUT, OUTPUT, INPUT + (1 << 20), 64, 64, 1),
    },
    {
      kernel: 'quantize activations',
      shape: `${width} values`,
      bytes: (4 + 1 + 2 + 0.5) * width,
      multiplyAdds: 2 * width,
      arithmetic: 'floats',
      run: () => kernels.quantize(INPUT, 0, width / 32, OUTPUT, OUTPUT + (1 << 20), OUTPUT + (2 << 20)),
    },
  ]
}
