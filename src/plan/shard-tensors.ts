// A shard in terms of tensors: what to download and what an executor will be given. Pure.
import { alignOut, isEmpty, type Range, range } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import {
  embeddingTensors,
  headTensors,
  type ModelTensor,
  ropeFactorsTensor,
  sublayerTensors,
} from '../model/model-tensors.ts'
import { FORMAT_LAYOUT, isVector, type ShardTensor, type TensorFormat, tensorKey } from '../model/tensor.ts'
import type { Shard, ShardSublayer } from './shard-plan.ts'

/** The resident format of each tensor, keyed by `tensorKey`; a tied output is looked up as `tokenEmbedding`. */
export type TensorFormats = Readonly<Record<string, TensorFormat>>

/**
 * Every tensor part that the shard's rank holds, in order of use. The leader (rank 0) holds all that embeds; with tied embeddings the
 * token embedding is also its output head, else and on other ranks `output` covers the rank's vocabulary rows. Columns are widened to
 * whole quantization blocks: the executor zeroes the activations that are not its own.
 */
export function shardTensors(config: ModelConfig, shard: Shard, formats: TensorFormats): ShardTensor[] {
  const ropeFactors = 'ropeFactors' in formats ? ropeFactorsTensor(config) : null
  const outside = (tensors: readonly ModelTensor[]) =>
    tensors.map((tensor) => cutTensor(config, shard, null, tensor, formats))
  const tiedOutput =
    config.tiedEmbeddings && config.head !== 'none' && shard.rank !== 0 ? outside([tiedOutputTensor(config)]) : []
  const parts = [
    ...outside(embeddingTensors(config)),
    ...outside(ropeFactors ? [ropeFactors] : []),
    ...shard.sublayers.flatMap((sublayer) =>
      sublayerTensors(config, sublayer).map((tensor) => cutTensor(config, shard, sublayer, tensor, formats)),
    ),
    ...outside(headTensors(config)),
    ...tiedOutput,
  ]
  return parts.filter((part) => part !== null)
}

/** A member's rows of the embedding, as its output head. */
function tiedOutputTensor({ vocabSize, embedding }: ModelConfig): ModelTensor {
  return { role: 'output', layer: null, rows: vocabSize, columns: embedding.size, cut: 'vocabulary' }
}

/** null where the rank holds nothing of it. */
function cutTensor(
  config: ModelConfig,
  shard: Shard,
  sublayer: ShardSublayer | null,
  tensor: ModelTensor,
  formats: TensorFormats,
): ShardTensor | null {
  const { role, layer, cut } = tensor
  const tied = role === 'output' && config.tiedEmbeddings
  const format = isVector(role) ? 'f32' : (formats[tied ? 'tokenEmbedding' : tensorKey(tensor)] ?? 'f32')
  const whole = { rows: range(0, tensor.rows), columns: range(0, tensor.columns) }
  const ranges = { ...whole, ...ownRanges(config, shard, sublayer, tensor) }
  if (cut === 'leader' && shard.rank !== 0) return null
  if (isEmpty(ranges.rows) || isEmpty(ranges.columns)) return null
  const columns = alignOut(ranges.columns, FORMAT_LAYOUT[format].blockSize, tensor.columns)
  return { role, layer, format, rows: ranges.rows, columns }
}

function ownRanges(
  { headSize }: ModelConfig,
  { vocabulary }: Shard,
  sublayer: ShardSublayer | null,
  { role, cut }: ModelTensor,
): { rows?: Range; columns?: Range } {
  const outputs = (own: Range) => (isVector(role) ? { columns: own } : { rows: own })
  const heads = ({ start, end }: Range) => range(start * headSize, end * headSize)
  if (cut === 'vocabulary') return outputs(vocabulary)
  if (sublayer?.kind === 'attention') {
    if (cut === 'queryHeads') return outputs(heads(sublayer.queryHeads))
    if (cut === 'kvHeads') return outputs(heads(sublayer.kvHeads))
    if (cut === 'queryHeadColumns') return { columns: heads(sublayer.queryHeads) }
  }
  if (sublayer?.kind === 'feedForward') {
    if (cut === 'ffn') return outputs(sublayer.ffn)
    if (cut === 'ffnColumns') return { columns: sublayer.ffn }
  }
  return {}
}
