// The value types of model files that this version reads. GGML's block layouts: ggml-common.h; safetensors has the first three only.
import type { TensorFormat } from '../model/tensor.ts'

export const BLOCK_TYPES = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q2_K',
  'Q3_K',
  'Q4_K',
  'Q5_K',
  'Q6_K',
  'IQ4_NL',
  'IQ4_XS',
] as const

export type BlockType = (typeof BLOCK_TYPES)[number]

interface BlockLayout {
  /** Values in one block, along a row. */
  readonly blockSize: number
  readonly bytesPerBlock: number
  /** What `--weights auto` holds it in. */
  readonly resident: TensorFormat
}

/**
 * `resident` is int4 where that adds less than 3% to the error that the type itself has, else int8; floats stay floats. What it adds, as
 * root mean square of the difference over that of the values, on rows of a trained model (tests/unit/weights/conversion-loss.test.ts):
 * nothing for Q8_0, Q4_0, Q4_1, Q5_0, Q3_K and IQ4_NL, whose integers and scales fit as they are; 0.0007 for Q4_K and 0.0002 for IQ4_XS,
 * whose scales are rounded to halves; 0.006 for Q5_1, Q5_K and Q6_K; 0.07 for Q2_K, whose own error is 0.31. docs/formats.md has the table.
 */
export const BLOCK_LAYOUT: Readonly<Record<BlockType, BlockLayout>> = {
  F32: { blockSize: 1, bytesPerBlock: 4, resident: 'f32' },
  F16: { blockSize: 1, bytesPerBlock: 2, resident: 'f16' },
  BF16: { blockSize: 1, bytesPerBlock: 2, resident: 'f32' },
  Q8_0: { blockSize: 32, bytesPerBlock: 34, resident: 'int8' },
  Q4_0: { blockSize: 32, bytesPerBlock: 18, resident: 'int4' },
  Q4_1: { blockSize: 32, bytesPerBlock: 20, resident: 'int4' },
  Q5_0: { blockSize: 32, bytesPerBlock: 22, resident: 'int8' },
  Q5_1: { blockSize: 32, bytesPerBlock: 24, resident: 'int8' },
  Q2_K: { blockSize: 256, bytesPerBlock: 84, resident: 'int4' },
  Q3_K: { blockSize: 256, bytesPerBlock: 110, resident: 'int8' },
  Q4_K: { blockSize: 256, bytesPerBlock: 144, resident: 'int4' },
  Q5_K: { blockSize: 256, bytesPerBlock: 176, resident: 'int8' },
  Q6_K: { blockSize: 256, bytesPerBlock: 210, resident: 'int8' },
  IQ4_NL: { blockSize: 32, bytesPerBlock: 18, resident: 'int8' },
  IQ4_XS: { blockSize: 256, bytesPerBlock: 136, resident: 'int8' },
}

export function isBlockType(type: string): type is BlockType {
  return (BLOCK_TYPES as readonly string[]).includes(type)
}

/** Is the type's block in a file the very block of the format (model/tensor.ts)? */
export function isNative(type: BlockType, format: TensorFormat): boolean {
  return (
    (type === 'F32' && format === 'f32') ||
    (type === 'F16' && format === 'f16') ||
    (type === 'Q8_0' && format === 'int8') ||
    (type === 'Q4_1' && format === 'int4')
  )
}

/** Bytes of `rows` x `columns` values in the file; `columns` is a whole number of blocks. */
export function fileBytesOf(type: BlockType, rows: number, columns: number): number {
  const { blockSize, bytesPerBlock } = BLOCK_LAYOUT[type]
  return rows * (columns / blockSize) * bytesPerBlock
}
