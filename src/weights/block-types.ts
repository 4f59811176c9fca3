// The value types of model files that this version reads. GGML's block layouts: ggml-common.h; safetensors has the first three only.
import type { TensorFormat } from '../model/tensor.ts'

export const BLOCK_TYPES = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1'] as const

export type BlockType = (typeof BLOCK_TYPES)[number]

interface BlockLayout {
  /** Values in one block, along a row. */
  readonly blockSize: number
  readonly bytesPerBlock: number
  /** The resident format that holds the type without loss. */
  readonly native: TensorFormat
}

/** Q4_0: f16 scale, 16 bytes of nibbles (q[i] | q[i + 16] << 4), w = scale * (q - 8). The others as in model/tensor.ts. */
export const BLOCK_LAYOUT: Readonly<Record<BlockType, BlockLayout>> = {
  F32: { blockSize: 1, bytesPerBlock: 4, native: 'f32' },
  F16: { blockSize: 1, bytesPerBlock: 2, native: 'f16' },
  BF16: { blockSize: 1, bytesPerBlock: 2, native: 'f32' },
  Q8_0: { blockSize: 32, bytesPerBlock: 34, native: 'int8' },
  Q4_0: { blockSize: 32, bytesPerBlock: 18, native: 'int4' },
  Q4_1: { blockSize: 32, bytesPerBlock: 20, native: 'int4' },
}

export function isBlockType(type: string): type is BlockType {
  return (BLOCK_TYPES as readonly string[]).includes(type)
}

/** Bytes of `rows` x `columns` values in the file; `columns` is a whole number of blocks. */
export function fileBytesOf(type: BlockType, rows: number, columns: number): number {
  const { blockSize, bytesPerBlock } = BLOCK_LAYOUT[type]
  return rows * (columns / blockSize) * bytesPerBlock
}
