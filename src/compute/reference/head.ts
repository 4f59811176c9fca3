// From a token's final hidden state to the logits of my vocabulary rows.
import { isEmpty } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import { activate, add, addBias, matmul, normalize } from './operations.ts'
import { rowsOf, type TensorStore } from './tensor-store.ts'

/** hidden (H) -> (my rows); empty where I hold none. */
export function headLogits(config: ModelConfig, shard: Shard, store: TensorStore, hidden: Float32Array): Float32Array {
  const { head, tiedEmbeddings, embedding } = config
  if (head === 'none' || isEmpty(shard.vocabulary)) return new Float32Array(0)
  const x = head === 'masked-language' ? transform(config, store, hidden) : hidden
  const table = tiedEmbeddings ? store.find('tokenEmbedding') : undefined
  const rows = table ? rowsOf(table, shard.vocabulary) : store.get('output')
  const logits = matmul(rows, x.subarray(0, tiedEmbeddings ? embedding.size : x.length), 1)
  const extra = store.find('outputExtra')
  if (extra) add(logits, matmul(extra, x.subarray(embedding.size), 1))
  return addBias(logits, store.find('outputBias')?.values ?? null)
}

/** The masked-language head's own layer; its norm is a layer norm whatever the model's are. */
function transform({ activation, norm }: ModelConfig, store: TensorStore, hidden: Float32Array): Float32Array {
  const dense = addBias(matmul(store.get('headTransform'), hidden, 1), store.get('headTransformBias').values)
  const { values: gain } = store.get('headNorm')
  return normalize('layer', activate(activation, dense), gain, store.get('headNormBias').values, norm.epsilon)
}
