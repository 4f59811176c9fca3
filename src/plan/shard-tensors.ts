// A shard in terms of tensors: what to download and what an executor will be given. Pure.
// Column-parallel matrices (query, key, value, gate, up; Shoeybi et al. 2019, Megatron-LM) are cut by rows, row-parallel ones
// (attentionOutput, down) by columns, there widened to whole quantization blocks: the executor zeroes the activations that are not its own.
import { alignOut, isEmpty, type Range, range } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import { FORMAT_LAYOUT, type ShardTensor, type TensorFormat, type TensorRole } from '../model/tensor.ts'
import type { Shard } from './shard-plan.ts'

/** The resident format of each tensor, keyed by `tensorKey`; a tied output is looked up as `tokenEmbedding`. */
export type TensorFormats = Readonly<Record<string, TensorFormat>>

/**
 * Every tensor part that the shard's rank holds, in order of use. The leader (rank 0) holds the whole token embedding; with tied
 * embeddings that is also its output head, else and on other ranks `output` covers the rank's vocabulary rows.
 */
export function shardTensors(config: ModelConfig, shard: Shard, formats: TensorFormats): ShardTensor[] {
  const { hiddenSize, headSize, headCount, ffnSize, vocabSize } = config
  const tensors: ShardTensor[] = []
  const add = (role: TensorRole, layer: number | null, rows: Range, columns: Range, source: TensorRole = role) => {
    const key = layer === null ? source : `${source}.${layer}`
    const format = formats[key] ?? 'f32'
    if (isEmpty(rows) || isEmpty(columns)) return
    tensors.push({
      role,
      layer,
      format,
      rows,
      columns: alignOut(columns, FORMAT_LAYOUT[format].blockSize, wholeColumns(role)),
    })
  }
  const wholeColumns = (role: TensorRole) =>
    role === 'attentionOutput' ? headCount * headSize : role === 'down' ? ffnSize : hiddenSize
  const whole = range(0, hiddenSize)
  const vector = (role: TensorRole, layer: number | null, size: number) =>
    tensors.push({ role, layer, format: 'f32', rows: range(0, 1), columns: range(0, size) })
  const heads = ({ start, end }: Range) => range(start * headSize, end * headSize)

  if (shard.rank === 0) add('tokenEmbedding', null, range(0, vocabSize), whole)
  if ('ropeFactors' in formats) vector('ropeFactors', null, config.positions.rotatedSize / 2)
  for (const sublayer of shard.sublayers) {
    const { layer } = sublayer
    if (sublayer.kind === 'attention') {
      vector('attentionNorm', layer, hiddenSize)
      add('query', layer, heads(sublayer.queryHeads), whole)
      add('key', layer, heads(sublayer.kvHeads), whole)
      add('value', layer, heads(sublayer.kvHeads), whole)
      add('attentionOutput', layer, whole, heads(sublayer.queryHeads))
    } else {
      vector('ffnNorm', layer, hiddenSize)
      add('gate', layer, sublayer.ffn, whole)
      add('up', layer, sublayer.ffn, whole)
      add('down', layer, whole, sublayer.ffn)
    }
  }
  vector('outputNorm', null, hiddenSize)
  if (!config.tiedEmbeddings) add('output', null, shard.vocabulary, whole)
  else if (shard.rank !== 0) add('output', null, shard.vocabulary, whole, 'tokenEmbedding')
  return tensors
}
