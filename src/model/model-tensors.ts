// Which tensors a model has, in which shape, and how each is cut over ranks: the one table behind names, manifests, plans and executors.
// Column-parallel matrices (query, key, value, gate, up; Shoeybi et al. 2019, Megatron-LM) are cut by rows with their biases,
// row-parallel ones (attentionOutput, down) by columns, their biases being whole: they are added once, after the sum.
import { headRowCount, type ModelConfig, type Sublayer, streamWidth, sublayersOf } from './config.ts'
import { isVector, type TensorRole } from './tensor.ts'

/** By which of a rank's ranges a tensor is cut: rows of matrices and the values of vectors, or `…Columns`. */
export type TensorCut =
  | 'leader'
  | 'whole'
  | 'queryHeads'
  | 'kvHeads'
  | 'queryHeadColumns'
  | 'ffn'
  | 'ffnColumns'
  | 'vocabulary'

/** One whole tensor; vectors are one row. */
export interface ModelTensor {
  role: TensorRole
  layer: number | null
  rows: number
  columns: number
  cut: TensorCut
}

/** Every tensor but the optional `ropeFactors`, in order of use; no `output` with tied embeddings. */
export function modelTensors(config: ModelConfig): ModelTensor[] {
  const sublayers = sublayersOf(config).flatMap((sublayer) => sublayerTensors(config, sublayer))
  return [...embeddingTensors(config), ...sublayers, ...headTensors(config)]
}

/** What the leader turns token ids into the residual stream with. */
export function embeddingTensors(config: ModelConfig): ModelTensor[] {
  const { hiddenSize, vocabSize, contextLength, positions, embedding } = config
  const { size, tokenTypeCount, norm } = embedding
  const projected = projectedColumns(config)
  const add = list(null)
  add.matrix('tokenEmbedding', vocabSize, size, 'leader')
  if (projected !== null) {
    add.matrix('embeddingProjection', hiddenSize, projected, 'leader')
    add.vector('embeddingProjectionBias', hiddenSize, 'leader')
  }
  if (positions.kind === 'learned') add.matrix('positionEmbedding', contextLength, hiddenSize, 'leader')
  if (tokenTypeCount > 0) add.matrix('tokenTypeEmbedding', tokenTypeCount, hiddenSize, 'leader')
  if (norm) add.norm(config, 'embeddingNorm', hiddenSize, 'leader')
  return add.tensors
}

/** Columns of the matrix that makes the residual stream of embeddings; null where they are as wide as it is. */
export function projectedColumns({ hiddenSize, embedding: { size, trigram } }: ModelConfig): number | null {
  if (trigram) return 3 * size
  return size === hiddenSize ? null : size
}

/** GGUF's llama3 scaling, `[rotatedSize / 2]`; null where nothing turns. Present in some files only. */
export function ropeFactorsTensor({ positions }: ModelConfig): ModelTensor | null {
  if (positions.kind !== 'rope') return null
  return { role: 'ropeFactors', layer: null, rows: 1, columns: positions.rotatedSize / 2, cut: 'whole' }
}

export function sublayerTensors(config: ModelConfig, { kind, layer }: Sublayer): ModelTensor[] {
  return kind === 'attention' ? attentionTensors(config, layer) : feedForwardTensors(config, layer)
}

function attentionTensors(config: ModelConfig, layer: number): ModelTensor[] {
  const { hiddenSize, headCount, kvHeadCount, headSize, biases, bottleneck } = config
  const stream = streamWidth(config)
  const add = list(layer)
  if (config.norm.placement === 'pre') add.norm(config, 'attentionNorm', stream)
  if (bottleneck) add.bottleneck(config, 'inputBottleneck', stream, hiddenSize)
  if (bottleneck?.sharedKeyQuery) add.bottleneck(config, 'sharedBottleneck', stream, hiddenSize)
  add.matrix('query', headCount * headSize, stream, 'queryHeads')
  if (biases.queryKeyValue) add.vector('queryBias', headCount * headSize, 'queryHeads')
  if (config.queryKeyNorm) add.vector('queryNorm', headSize)
  add.matrix('key', kvHeadCount * headSize, stream, 'kvHeads')
  if (biases.queryKeyValue) add.vector('keyBias', kvHeadCount * headSize, 'kvHeads')
  if (config.queryKeyNorm) add.vector('keyNorm', headSize)
  add.matrix('value', kvHeadCount * headSize, bottleneck?.sharedKeyQuery ? hiddenSize : stream, 'kvHeads')
  if (biases.queryKeyValue) add.vector('valueBias', kvHeadCount * headSize, 'kvHeads')
  add.matrix('attentionOutput', stream, headCount * headSize, 'queryHeadColumns')
  if (biases.attentionOutput) add.vector('attentionOutputBias', stream)
  if (config.norm.placement === 'post') add.norm(config, 'attentionNorm', stream)
  return add.tensors
}

function feedForwardTensors(config: ModelConfig, layer: number): ModelTensor[] {
  const { hiddenSize, ffnSize, biases, bottleneck, gated, feedForwardsPerLayer } = config
  const stream = streamWidth(config)
  const add = list(layer)
  if (config.norm.placement === 'pre') add.norm(config, 'ffnNorm', stream)
  if (gated) add.matrix('gate', ffnSize, stream, 'ffn')
  if (gated && biases.feedForward) add.vector('gateBias', ffnSize, 'ffn')
  add.matrix('up', ffnSize, stream, 'ffn')
  if (biases.feedForward) add.vector('upBias', ffnSize, 'ffn')
  add.matrix('down', stream, ffnSize, 'ffnColumns')
  if (biases.feedForward) add.vector('downBias', stream)
  if (config.norm.placement === 'post') add.norm(config, 'ffnNorm', stream)
  if (bottleneck && isLastOfLayer(feedForwardsPerLayer, layer)) {
    add.bottleneck(config, 'outputBottleneck', hiddenSize, stream)
  }
  return add.tensors
}

/** Is feed-forward number `layer` the last of its layer? */
export function isLastOfLayer(feedForwardsPerLayer: number, layer: number): boolean {
  return (layer + 1) % feedForwardsPerLayer === 0
}

export function headTensors(config: ModelConfig): ModelTensor[] {
  const { hiddenSize, embedding, tiedEmbeddings, head } = config
  const rows = headRowCount(config)
  const add = list(null)
  if (config.norm.placement === 'pre') add.norm(config, 'outputNorm', hiddenSize)
  if (head === 'masked-language') {
    add.matrix('headTransform', hiddenSize, hiddenSize, 'whole')
    add.vector('headTransformBias', hiddenSize)
    add.vector('headNorm', hiddenSize)
    add.vector('headNormBias', hiddenSize)
  }
  if (rows > 0 && !tiedEmbeddings) add.matrix('output', rows, hiddenSize, 'vocabulary')
  if (rows > 0 && tiedEmbeddings && embedding.size < hiddenSize) {
    add.matrix('outputExtra', rows, hiddenSize - embedding.size, 'vocabulary')
  }
  if (head === 'masked-language') add.vector('outputBias', rows, 'vocabulary')
  return add.tensors
}

/** Collects tensors of one layer. */
function list(layer: number | null) {
  const tensors: ModelTensor[] = []
  const matrix = (role: TensorRole, rows: number, columns: number, cut: TensorCut) =>
    tensors.push({ role, layer, rows, columns, cut })
  const vector = (role: TensorRole & `${string}${'Norm' | 'Bias'}`, size: number, cut: TensorCut = 'whole') =>
    matrix(role, 1, size, cut)
  const norm = ({ norm: { kind } }: ModelConfig, role: NormRole, size: number, cut: TensorCut = 'whole') => {
    vector(role, size, cut)
    if (kind !== 'rms') vector(`${role}Bias`, size, cut)
  }
  const bottleneck = (config: ModelConfig, role: BottleneckRole, rows: number, columns: number) => {
    matrix(role, rows, columns, 'whole')
    vector(`${role}Bias`, rows)
    norm(config, `${role}Norm`, rows)
  }
  return { tensors, matrix, vector, norm, bottleneck }
}

type BottleneckRole = 'inputBottleneck' | 'sharedBottleneck' | 'outputBottleneck'
type NormRole = 'embeddingNorm' | 'attentionNorm' | 'ffnNorm' | 'outputNorm' | `${BottleneckRole}Norm`

/** The shape that a file gives the tensor. */
export function fileShape({ role, rows, columns }: ModelTensor): number[] {
  return isVector(role) ? [columns] : [rows, columns]
}
