import type { Rope } from '../../../model/config.ts'
import type { GpuArray } from '../gpu-array.ts'
import type { KernelInput } from '../kernel.ts'

/** Sizes of one rank's attention; heads counted over the whole model where `first`. */
export interface AttentionShape {
  headSize: number
  /** null: queries and keys are not turned. */
  rope: Rope | null
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

export interface AttentionBuffers {
  /** [T, q (n * D), k (m * D), v (m * D)] for my n query and m KV heads. */
  projected: GpuArray
  /** cos and sin by token and pair; read with RoPE only. */
  angles: GpuArray
  /** By token, 0 for those that nobody sees; read where attention is not causal. */
  mask: GpuArray
  /** Keys [m, capacity, D], then values [m, capacity, D]; keys lie there turned. */
  cache: GpuArray
}

/** `projected`, and `angles` where they are needed: what both kernels read first. */
export function projectedInputs({ rope }: AttentionShape, { projected, angles }: AttentionBuffers) {
  const inputs: KernelInput[] = [{ name: 'projected', width: 1 }]
  return rope === null
    ? { inputs, arrays: [projected] }
    : { inputs: [...inputs, { name: 'angles', width: 1 as const }], arrays: [projected, angles] }
}

/** What of the shape is in the text of both kernels. */
export function shapeName({ rope, headSize, capacity }: AttentionShape): string {
  return `${rope ? `${rope.layout}-${rope.rotatedSize}` : 'unturned'}-${headSize}-${capacity}`
}
