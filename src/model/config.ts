// What a model is, as data. Sources: Vaswani et al. 2017 (sublayer), Touvron et al. 2023 (LLaMA), Ainslie et al. 2023 (GQA),
// Su et al. 2021 (RoPE), Jiang et al. 2023 (Mistral), Radford et al. 2019 (GPT-2), Devlin et al. 2019 (BERT), Sun et al. 2020 (MobileBERT).
// Letters used in shape comments here and in compute/:
//   T tokens in a step, H hiddenSize, N headCount, K kvHeadCount, D headSize, F ffnSize, V vocabSize, P past positions, E embedding.size,
//   S streamWidth: H, or what a bottleneck narrows it to.

/** The families of the public interface; what is computed follows from the other fields alone. */
export type ModelFamily = 'LLaMA' | 'Mistral' | 'GPT' | 'BERT' | 'MobileBERT'

/** How a sublayer normalises. */
export interface Norm {
  /** `rms`: gain only (Zhang and Sennrich 2019); `layer`: Ba et al. 2016; `affine`: gain and bias, no statistics (MobileBERT's NoNorm). */
  kind: 'rms' | 'layer' | 'affine'
  epsilon: number
  /** `pre`: on the sublayer's input, and once more after the last; `post`: on the residual stream after the sum. */
  placement: 'pre' | 'post'
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

/** A table [contextLength, H] that is added to the embedded tokens. */
export interface LearnedPositions {
  kind: 'learned'
}

/** `gelu` by the error function, `gelu-tanh` by its approximation (Hendrycks and Gimpel 2016). */
export type Activation = 'silu' | 'gelu' | 'gelu-tanh' | 'relu'

/** What the leader does from token ids to the residual stream. */
export interface Embedding {
  /** Columns E of the token embedding; where they are not H, a projection to H follows. */
  size: number
  /** The projection sees the next, the own and the previous token's embedding side by side (MobileBERT). */
  trigram: boolean
  /** Rows of the token type table; 0: none. */
  tokenTypeCount: number
  /** A norm over the sum of all tables. */
  norm: boolean
}

/** Each layer works on a stream of `size` values that it makes from the residual stream and adds back at its end (MobileBERT). */
export interface Bottleneck {
  size: number
  /** Queries and keys come from a bottleneck of their own and values from the residual stream; else all from the layer's stream. */
  sharedKeyQuery: boolean
}

/** Immutable, JSON-safe description of one model; everything a rank needs but the weights. */
export interface ModelConfig {
  /** The file's own word (`llama`), for people. */
  architecture: string
  family: ModelFamily
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
  activation: Activation
  /** down(activation(gate x) * up x) (Shazeer 2020), or down(activation(up x)). */
  gated: boolean
  positions: Rope | LearnedPositions
  /** A token sees itself and earlier ones; else all whose mask is 1. */
  causal: boolean
  /** So many positions are seen, the own included; null: all. */
  attentionWindow: number | null
  /** RMSNorm on every query and key head before RoPE (Qwen3). */
  queryKeyNorm: boolean
  /** Which matrices have a bias: queries, keys and values; the attention output; gate, up and down. */
  biases: { queryKeyValue: boolean; attentionOutput: boolean; feedForward: boolean }
  embedding: Embedding
  bottleneck: Bottleneck | null
  /** MobileBERT stacks four; 1 everywhere else. */
  feedForwardsPerLayer: number
  /** `masked-language`: a transform (dense, activation, layer norm) before the vocabulary, and a bias behind it. */
  head: 'none' | 'language' | 'masked-language'
  /** The output head is the token embedding's matrix. */
  tiedEmbeddings: boolean
}

/** What a causal decoder without biases is (LLaMA); its relatives override what they have beyond it. */
export function plainDecoder(hiddenSize: number) {
  return {
    activation: 'silu',
    gated: true,
    causal: true,
    attentionWindow: null,
    queryKeyNorm: false,
    biases: { queryKeyValue: false, attentionOutput: false, feedForward: false },
    embedding: { size: hiddenSize, trigram: false, tokenTypeCount: 0, norm: false },
    bottleneck: null,
    feedForwardsPerLayer: 1,
    head: 'language',
  } satisfies Partial<ModelConfig>
}

/** What BERT and MobileBERT have alike. */
export const plainEncoder = {
  gated: false,
  positions: { kind: 'learned' },
  causal: false,
  attentionWindow: null,
  queryKeyNorm: false,
  biases: { queryKeyValue: true, attentionOutput: true, feedForward: true },
} as const satisfies Partial<ModelConfig>

/** One sublayer of the residual stack; each ends in at most one all-reduce. */
export interface Sublayer {
  kind: 'attention' | 'feedForward'
  /** Counts sublayers of its kind: the layer, except that MobileBERT's layer 2 has the feed-forwards 8 to 11. */
  layer: number
}

/** The model as its list of sublayers, in order of execution. */
export function sublayersOf(config: ModelConfig): Sublayer[] {
  return Array.from({ length: config.layerCount }, (_, layer) => layerSublayers(config, layer)).flat()
}

/** The sublayers of one layer. */
export function layerSublayers({ feedForwardsPerLayer: count }: ModelConfig, layer: number): Sublayer[] {
  const feedForwards = Array.from(
    { length: count },
    (_, i): Sublayer => ({ kind: 'feedForward', layer: layer * count + i }),
  )
  return [{ kind: 'attention', layer }, ...feedForwards]
}

/** Query heads that share one KV head. */
export function queryHeadsPerKvHead(config: ModelConfig): number {
  return config.headCount / config.kvHeadCount
}

/** Values a token has in the stream that sublayers add to: what partials and sums are wide. */
export function streamWidth({ bottleneck, hiddenSize }: ModelConfig): number {
  return bottleneck?.size ?? hiddenSize
}

/** Vocabulary rows that are computed: none without a head. */
export function headRowCount({ head, vocabSize }: ModelConfig): number {
  return head === 'none' ? 0 : vocabSize
}

/** Bare values of a head that turn, 0 without RoPE. */
export function rotatedSizeOf({ positions }: ModelConfig): number {
  return positions.kind === 'rope' ? positions.rotatedSize : 0
}
