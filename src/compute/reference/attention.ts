// Causal grouped-query attention over the cache (Vaswani et al. 2017; Ainslie et al. 2023), one head and one token at a time.
import { rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead } from '../../model/config.ts'
import type { AttentionSlice } from '../../plan/shard-plan.ts'
import type { KeyValueCache } from './key-value-cache.ts'
import { softmax } from './operations.ts'

/** Mixes values for my query heads: query (T, n * D) -> (T, n * D), where token t sees cache rows 0..pastLength + t. */
export function attend(
  config: ModelConfig,
  slice: AttentionSlice,
  query: Float32Array,
  cache: KeyValueCache,
  pastLength: number,
): Float32Array {
  const { headSize } = config
  const group = queryHeadsPerKvHead(config)
  const queryWidth = rangeLength(slice.queryHeads) * headSize
  const kvWidth = rangeLength(slice.kvHeads) * headSize
  const tokenCount = query.length / queryWidth
  const { keys, values } = cache
  const out = new Float32Array(query.length)
  const scores = new Float32Array(pastLength + tokenCount)
  const scale = 1 / Math.sqrt(headSize)
  for (let token = 0; token < tokenCount; token++) {
    const visible = pastLength + token + 1
    for (let head = slice.queryHeads.start; head < slice.queryHeads.end; head++) {
      const q = token * queryWidth + (head - slice.queryHeads.start) * headSize
      const kv = (Math.floor(head / group) - slice.kvHeads.start) * headSize
      for (let position = 0; position < visible; position++) {
        let dot = 0
        const k = position * kvWidth + kv
        for (let i = 0; i < headSize; i++) dot += query[q + i]! * keys[k + i]!
        scores[position] = dot * scale
      }
      softmax(scores, visible)
      for (let position = 0; position < visible; position++) {
        const weight = scores[position]!
        const v = position * kvWidth + kv
        for (let i = 0; i < headSize; i++) out[q + i]! += weight * values[v + i]!
      }
    }
  }
  return out
}
