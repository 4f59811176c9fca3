// Grouped-query attention over the cache (Vaswani et al. 2017; Ainslie et al. 2023), one head and one token at a time.
import { rangeLength } from '../../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead } from '../../model/config.ts'
import type { AttentionSlice } from '../../plan/shard-plan.ts'
import type { Step } from '../executor.ts'
import type { KeyValueCache } from './key-value-cache.ts'
import { softmax } from './operations.ts'

/** Mixes values for my query heads: query (T, n * D) -> (T, n * D), where each token sees the positions of `visiblePositions`. */
export function attend(
  config: ModelConfig,
  slice: AttentionSlice,
  query: Float32Array,
  cache: KeyValueCache,
  step: Step,
): Float32Array {
  const { headSize } = config
  const group = queryHeadsPerKvHead(config)
  const queryWidth = rangeLength(slice.queryHeads) * headSize
  const out = new Float32Array(query.length)
  const scale = 1 / Math.sqrt(headSize)
  for (let token = 0; token < step.positions.length; token++) {
    const seen = visiblePositions(config, step, token)
    for (let head = slice.queryHeads.start; head < slice.queryHeads.end; head++) {
      const q = token * queryWidth + (head - slice.queryHeads.start) * headSize
      const kv = (Math.floor(head / group) - slice.kvHeads.start) * headSize
      const weights = Float32Array.from(seen, (position) => {
        const key = cache.keyOf(position)
        let dot = 0
        for (let i = 0; i < headSize; i++) dot += query[q + i]! * key[kv + i]!
        return dot * scale
      })
      softmax(weights)
      seen.forEach((position, index) => {
        const value = cache.valueOf(position)
        for (let i = 0; i < headSize; i++) out[q + i]! += weights[index]! * value[kv + i]!
      })
    }
  }
  return out
}

/** Of a causal model the token itself and earlier ones within the window, else all that the mask does not hide (if it hides all, all). */
function visiblePositions({ causal, attentionWindow }: ModelConfig, step: Step, token: number): number[] {
  const { pastLength, positions, mask } = step
  if (causal) {
    const own = pastLength + token
    const first = attentionWindow === null ? 0 : Math.max(0, own - attentionWindow + 1)
    return Array.from({ length: own - first + 1 }, (_, i) => first + i)
  }
  const all = positions.map((_, i) => i)
  const unmasked = all.filter((i) => mask?.[i] !== 0)
  return unmasked.length > 0 ? unmasked : all
}
