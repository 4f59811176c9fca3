import { BLOCK_SIZE } from '../../../model/tensor.ts'
import type { GpuArray } from '../gpu-array.ts'
import { blocksOf } from '../weight-format.ts'

/** Rows of activations within a buffer, a token each; offset and stride in floats. */
export interface Rows {
  array: GpuArray
  offset: number
  stride: number
}

/**
 * What sublayers read and add to, and its normed copy, in one buffer (a kernel has one output): from float `normedOffset` on normed rows
 * [capacity, 32 * blocks], the end of each zero, and from `residualOffset` on the stream itself [capacity, size].
 */
export interface Stream {
  array: GpuArray
  normedOffset: number
  residualOffset: number
  size: number
}

/** What a layer has for itself where it works on a stream of its own, in the buffer of the residual stream. */
export interface LayerRows {
  /** Residual stream. */
  main: Stream
  /** [T, S]. */
  stream: Rows
  /** My contribution, and the all-reduced sum in its place, [T, S]. */
  partial: Rows
}

/** Floats in a row of `size` activations that a matrix is to multiply: whole blocks. */
export function paddedSize(size: number): number {
  return blocksOf(size) * BLOCK_SIZE
}

/** Floats of a stream of `tokenCount` tokens. */
export function streamFloats(size: number, tokenCount: number): number {
  return tokenCount * (paddedSize(size) + size)
}

/** The stream over `array`, which has room for `tokenCount` tokens. */
export function streamIn(array: GpuArray, size: number, tokenCount: number): Stream {
  return { array, normedOffset: 0, residualOffset: tokenCount * paddedSize(size), size }
}

export function normedRows({ array, normedOffset, size }: Stream): Rows {
  return { array, offset: normedOffset, stride: paddedSize(size) }
}

export function residualRows({ array, residualOffset, size }: Stream): Rows {
  return { array, offset: residualOffset, stride: size }
}
