// The words that weights/ and compute/ share: which tensor, in which block format, which part of it.
import type { Range } from '../base/ranges.ts'

/**
 * What a weight is for; names in files map to these (tensor-names.ts), shapes are in model-tensors.ts. Matrices are `[rows = outputs,
 * columns = inputs]`, row-major.
 */
export type TensorRole =
  | 'tokenEmbedding'
  | 'embeddingProjection'
  | 'embeddingProjectionBias'
  | 'positionEmbedding'
  | 'tokenTypeEmbedding'
  | 'embeddingNorm'
  | 'embeddingNormBias'
  | 'ropeFactors' // GGUF's llama3 scaling: divide each frequency by it
  | 'attentionNorm'
  | 'attentionNormBias'
  | 'inputBottleneck'
  | 'inputBottleneckBias'
  | 'inputBottleneckNorm'
  | 'inputBottleneckNormBias'
  | 'sharedBottleneck'
  | 'sharedBottleneckBias'
  | 'sharedBottleneckNorm'
  | 'sharedBottleneckNormBias'
  | 'query'
  | 'queryBias'
  | 'queryNorm'
  | 'key'
  | 'keyBias'
  | 'keyNorm'
  | 'value'
  | 'valueBias'
  | 'attentionOutput'
  | 'attentionOutputBias'
  | 'ffnNorm'
  | 'ffnNormBias'
  | 'gate'
  | 'gateBias'
  | 'up'
  | 'upBias'
  | 'down'
  | 'downBias'
  | 'outputBottleneck'
  | 'outputBottleneckBias'
  | 'outputBottleneckNorm'
  | 'outputBottleneckNormBias'
  | 'outputNorm'
  | 'outputNormBias'
  | 'headTransform'
  | 'headTransformBias'
  | 'headNorm'
  | 'headNormBias'
  | 'output' // with tied embeddings the same tensor as tokenEmbedding
  | 'outputExtra' // the output's columns past E, where the tied embedding is narrower than H
  | 'outputBias'

/** Norm gains, biases and factors: one dimension in the file, always held as f32. */
export function isVector(role: TensorRole): boolean {
  return role === 'ropeFactors' || /(Norm|Bias)$/.test(role)
}

/** Does it belong to feed-forward sublayers? Its `layer` counts those. */
export function isFeedForward(role: TensorRole): boolean {
  return /^(ffn|gate|up|down|outputBottleneck)/.test(role)
}

/** Held as f32 whatever is wished: vectors, and the small tables that are only looked up. */
export function isAlwaysFloat(role: TensorRole): boolean {
  return isVector(role) || role === 'positionEmbedding' || role === 'tokenTypeEmbedding'
}

/**
 * How weights are held by an executor, blocks along a row:
 * - `f32`, `f16`: plain little-endian values;
 * - `int8`: GGUF's Q8_0 block: f16 scale, 32 int8 (34 bytes);  w = scale * q
 * - `int4`: GGUF's Q4_1 block: f16 scale, f16 minimum, 16 bytes (20 bytes); byte i = q[i] | q[i + 16] << 4;  w = scale * q + minimum
 */
export type TensorFormat = 'f32' | 'f16' | 'int8' | 'int4'

export const BLOCK_SIZE = 32

interface FormatLayout {
  /** Values in one block. */
  readonly blockSize: number
  readonly bytesPerBlock: number
}

export const FORMAT_LAYOUT: Readonly<Record<TensorFormat, FormatLayout>> = {
  f32: { blockSize: 1, bytesPerBlock: 4 },
  f16: { blockSize: 1, bytesPerBlock: 2 },
  int8: { blockSize: BLOCK_SIZE, bytesPerBlock: 34 },
  int4: { blockSize: BLOCK_SIZE, bytesPerBlock: 20 },
}

/** Bytes of `rows` x `columns` values; `columns` is a whole number of blocks. */
export function bytesOf(format: TensorFormat, rows: number, columns: number): number {
  const { blockSize, bytesPerBlock } = FORMAT_LAYOUT[format]
  return rows * (columns / blockSize) * bytesPerBlock
}

/** The part of one tensor that a rank holds. Vectors have rows 0..1. JSON-safe. */
export interface ShardTensor {
  role: TensorRole
  /** null outside the layers. */
  layer: number | null
  format: TensorFormat
  /** In the whole tensor, rows = outputs. */
  rows: Range
  /** In the whole tensor; on block boundaries of `format`, so it may cover more than the rank's own columns. */
  columns: Range
}

/** Some consecutive rows of a `ShardTensor`, ready for an executor. Rows come in order; every piece but the last has a multiple of 8 rows. */
export interface WeightPiece {
  tensor: ShardTensor
  /** First row of this piece, counted from `tensor.rows.start`. */
  firstRow: number
  rowCount: number
  /** `bytesOf(format, rowCount, columns)` bytes, in `tensor.format`. The receiver may keep no reference. */
  bytes: Uint8Array
}

/** The role of a `tensorKey`. */
export function roleOf(key: string): TensorRole {
  return key.split('.')[0] as TensorRole
}

/** A key for maps: `query.3`, `outputNorm`. */
export function tensorKey({ role, layer }: { role: TensorRole; layer: number | null }): string {
  return layer === null ? role : `${role}.${layer}`
}
