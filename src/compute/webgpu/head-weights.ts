import { ModelFormatError } from '../../base/errors.ts'
import { intersect, isEmpty, range, rangeLength } from '../../base/ranges.ts'
import { headRowCount, type ModelConfig } from '../../model/config.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import type { RowSink, WeightArrays } from './weight-arrays.ts'
import { allocateMatrix, type WeightMatrix, writeRows } from './weight-matrix.ts'

/** From final hidden states to the logits of my vocabulary rows. */
export interface HeadWeights {
  /** The masked-language head's own layer: dense, activation, layer norm. */
  transform: { matrix: WeightMatrix; norm: GpuArray } | null
  /** My rows, and their bias. */
  matrix: WeightMatrix
  /** Their columns from `column` on, where a tied embedding is narrower than the hidden state. */
  extra: { matrix: WeightMatrix; column: number } | null
}

/** null where I hold no rows. Call it after the embedding has its sinks: a tied head listens in. Throws `model-format`. */
export function allocateHead(
  gpu: GpuSession,
  arrays: WeightArrays,
  config: ModelConfig,
  { vocabulary }: Shard,
): HeadWeights | null {
  if (headRowCount(config) === 0 || isEmpty(vocabulary)) return null
  const transform = config.head === 'masked-language' && {
    matrix: arrays.dense(['headTransform'], null),
    norm: arrays.norm('headNorm', null, 'layer'),
  }
  const tied = config.tiedEmbeddings && arrays.find('tokenEmbedding', null) !== undefined
  const matrix = tied ? tiedRows(gpu, arrays, vocabulary) : arrays.matrix(['output'], null)
  const column = config.embedding.size
  const extra = arrays.find('outputExtra', null) && { matrix: arrays.matrix(['outputExtra'], null), column }
  if (extra && column % 4 !== 0)
    throw new ModelFormatError(
      `Embeddings ${column} wide under an output of ${config.hiddenSize} cannot be read four at a time; use the WASM executor.`,
      'model-unsupported',
    )
  return {
    transform: transform || null,
    matrix: { ...matrix, bias: arrays.biases(['outputBias'], null) },
    extra: extra ?? null,
  }
}

/** My vocabulary rows of the token embedding, filled as the embedding is. */
function tiedRows(gpu: GpuSession, arrays: WeightArrays, vocabulary: Shard['vocabulary']): WeightMatrix {
  const { format, columns } = arrays.get('tokenEmbedding', null)
  const matrix = allocateMatrix(gpu, [{ format, rowCount: rangeLength(vocabulary) }], rangeLength(columns))
  const write: RowSink = (first, count, bytes) => {
    const mine = intersect(range(first, first + count), vocabulary)
    if (isEmpty(mine)) return
    const rowBytes = bytes.byteLength / count
    const cut = bytes.subarray((mine.start - first) * rowBytes, (mine.end - first) * rowBytes)
    writeRows(gpu, matrix, mine.start - vocabulary.start, rangeLength(mine), cut)
  }
  arrays.alsoTo('tokenEmbedding', write, matrix.byteLength)
  return matrix
}
