// What a model is, as data. Sources: Vaswani et al. 2017 (sublayer), Touvron et al. 2023 (LLaMA), Ainslie et al. 2023 (GQA),
// Su et al. 2021 (RoPE). Letters used in shape comments here and in compute/:
//   T tokens in a step, H hiddenSize, N headCount, K kvHeadCount, D headSize, F ffnSize, V vocabSize, P past positions.

/** How a sublayer normalises its input. */
export interface Norm {
  kind: 'rms'
  epsilon: number
  /** `pre`: before the sublayer, on the residual stream's copy. */
  placement: 'pre'
}

/** Frequency scaling of RoPE, in Hugging Face's names (`rope_scaling` / `rope_parameters`). */
export type RopeScaling =
  | { kind: 'none' }
  | { kind: 'linear'; factor: number }
  | {
      kind: 'llama3'
      factor: number
      lowFrequencyFactor: number
      highFrequencyFactor: number
      originalContextLength: number
    }

/** Rotary position embedding. */
export interface Rope {
  kind: 'rope'
  theta: number
  /** Pairs (2i, 2i+1) as GGUF's llama architecture stores Q and K, or (i, i + D/2) as Hugging Face does. */
  layout: 'interleaved' | 'half-split'
  /** How many of a head's D values are rotated. */
  rotatedSize: number
  scaling: RopeScaling
}

/** Immutable, JSON-safe description of one model; everything a rank needs but the weights. */
export interface ModelConfig {
  /** The file's own word (`llama`), for people. */
  architecture: string
  family: 'LLaMA'
  layerCount: number
  hiddenSize: number
  headCount: number
  kvHeadCount: number
  headSize: number
  ffnSize: number
  vocabSize: number
  /** Positions the model was trained for. */
  contextLength: number
  norm: Norm
  /** SwiGLU: down(silu(gate x) * up x). */
  activation: 'silu'
  positions: Rope
  /** The output head is the token embedding's matrix. */
  tiedEmbeddings: boolean
}

/** One sublayer of the residual stack; each ends in at most one all-reduce. */
export interface Sublayer {
  kind: 'attention' | 'feedForward'
  layer: number
}

/** The model as its list of sublayers, in order of execution. */
export function sublayersOf(config: ModelConfig): Sublayer[] {
  return Array.from({ length: config.layerCount }, (_, layer): Sublayer[] => [
    { kind: 'attention', layer },
    { kind: 'feedForward', layer },
  ]).flat()
}

/** Query heads that share one KV head. */
export function queryHeadsPerKvHead(config: ModelConfig): number {
  return config.headCount / config.kvHeadCount
}
