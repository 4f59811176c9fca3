import type { Range } from '../../../base/ranges.ts'
import type { Rope } from '../../../model/config.ts'
import type { GpuArray } from '../gpu-array.ts'
import type { KernelInput } from '../kernel.ts'

/** Sizes of one rank's attention; heads counted over the whole model where `first`. */
export interface AttentionShape {
  headSize: number
  /** null: queries and keys are not turned. */
  rope: Rope | null
  /** Of the RMS norm of every query and key head; null: heads are not normed. */
  headNormEpsilon: number | null
  /** Positions in the cache; position p lies in row p % capacity. */
  capacity: number
  /** Positions a token sees, the own included; null: all before it. */
  window: number | null
  /** Else a token sees every token of the step that the mask shows. */
  causal: boolean
  queryHeads: number
  kvHeads: number
  firstQueryHead: number
  firstKvHead: number
  queryHeadsPerKvHead: number
}

/** Keys and values of some KV heads: keys [heads, capacity, D], then values [heads, capacity, D]; keys lie there turned. */
export interface CachePiece {
  array: GpuArray
  /** Counted from my first. */
  kvHeads: Range
}

export interface AttentionBuffers {
  /** [T, q (n * D), k (m * D), v (m * D)] for my n query and m KV heads. */
  projected: GpuArray
  /** cos and sin by token and pair; read with RoPE only. */
  angles: GpuArray
  /** Of the norm of heads, [2, D]: for queries, for keys; read where heads are normed only. */
  headGains: GpuArray | null
  /** By token, 0 for those that nobody sees; read where attention is not causal. */
  mask: GpuArray
  cache: CachePiece
}

/** `projected`, and gains and angles where they are needed: what both kernels read first. */
export function projectedInputs({ rope }: AttentionShape, { projected, headGains, angles }: AttentionBuffers) {
  const named: [name: string, array: GpuArray | null][] = [
    ['projected', projected],
    ['gains', headGains],
    ['angles', rope && angles],
  ]
  const present = named.flatMap(([name, array]) => (array ? [{ name, array }] : []))
  return {
    inputs: present.map(({ name }): KernelInput => ({ name, width: 1 })),
    arrays: present.map(({ array }) => array),
  }
}
