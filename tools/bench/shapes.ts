// Shapes to measure without their weights: speed does not depend on the values.

export interface BenchShape {
  layers: number
  hidden: number
  ffn: number
  heads: number
  kvHeads: number
  vocabulary: number
  /** The output head is the embedding. */
  tied: boolean
}

export const BENCH_SHAPES = {
  'tinyllama-1.1b': { layers: 22, hidden: 2048, ffn: 5632, heads: 32, kvHeads: 4, vocabulary: 32_000, tied: false },
  'smollm2-135m': { layers: 30, hidden: 576, ffn: 1536, heads: 9, kvHeads: 3, vocabulary: 49_152, tied: true },
  'llama-2-7b': { layers: 32, hidden: 4096, ffn: 11_008, heads: 32, kvHeads: 32, vocabulary: 32_000, tied: false },
} as const satisfies Readonly<Record<string, BenchShape>>

export type ShapeName = keyof typeof BENCH_SHAPES
export type ShapeWeights = 'int4' | 'int8'
