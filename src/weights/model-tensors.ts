// Which tensors a model needs and in which shape: what headers, manifests and lying leaders are checked against.
import type { ModelConfig } from '../model/config.ts'
import type { TensorRole } from '../model/tensor.ts'

/** One whole tensor; vectors are one row. */
export interface ModelTensor {
  role: TensorRole
  layer: number | null
  rows: number
  columns: number
}

/** All but the optional `ropeFactors`, in order of use; no `output` with tied embeddings. */
export function neededTensors(config: ModelConfig): ModelTensor[] {
  const { hiddenSize, headCount, kvHeadCount, headSize, ffnSize, vocabSize } = config
  const tensors: ModelTensor[] = [{ role: 'tokenEmbedding', layer: null, rows: vocabSize, columns: hiddenSize }]
  for (let layer = 0; layer < config.layerCount; layer++) {
    tensors.push(
      { role: 'attentionNorm', layer, rows: 1, columns: hiddenSize },
      { role: 'query', layer, rows: headCount * headSize, columns: hiddenSize },
      { role: 'key', layer, rows: kvHeadCount * headSize, columns: hiddenSize },
      { role: 'value', layer, rows: kvHeadCount * headSize, columns: hiddenSize },
      { role: 'attentionOutput', layer, rows: hiddenSize, columns: headCount * headSize },
      { role: 'ffnNorm', layer, rows: 1, columns: hiddenSize },
      { role: 'gate', layer, rows: ffnSize, columns: hiddenSize },
      { role: 'up', layer, rows: ffnSize, columns: hiddenSize },
      { role: 'down', layer, rows: hiddenSize, columns: ffnSize },
    )
  }
  tensors.push({ role: 'outputNorm', layer: null, rows: 1, columns: hiddenSize })
  if (!config.tiedEmbeddings) tensors.push({ role: 'output', layer: null, rows: vocabSize, columns: hiddenSize })
  return tensors
}

/** GGUF's llama3 scaling; present in some files only. */
export function ropeFactorsTensor(config: ModelConfig): ModelTensor {
  return { role: 'ropeFactors', layer: null, rows: 1, columns: config.positions.rotatedSize / 2 }
}

const VECTOR_KEY = /^(attentionNorm|ffnNorm|outputNorm|ropeFactors)(\.|$)/

/** Is it (by its `tensorKey`) a norm or a list of factors: one dimension in the file, always held as f32? */
export function isVectorKey(key: string): boolean {
  return VECTOR_KEY.test(key)
}
