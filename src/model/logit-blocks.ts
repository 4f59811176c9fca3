// What an executor may know of logits before they are summarized. Two passes over a vocabulary in JavaScript would take a tenth of a small
// model's step.
import { topIndices } from './top-indices.ts'

/** Of every `size` logits (of fewer in the last block) two numbers: the largest, and the sum of exp(logit - largest). */
export interface LogitBlocks {
  size: number
  /** [blocks, 2] */
  pairs: Float32Array
}

/** The largest of all logits and log(sum(exp(logit))); NaN where one is NaN. */
export function mergeBlocks({ pairs }: LogitBlocks): { maximum: number; logSumExp: number } {
  let maximum = -Infinity
  for (let i = 0; i < pairs.length; i += 2) maximum = Math.max(maximum, pairs[i]!)
  let sum = 0
  for (let i = 0; i < pairs.length; i += 2) sum += pairs[i + 1]! * Math.exp(pairs[i]! - maximum)
  return { maximum, logSumExp: maximum + Math.log(sum) }
}

/** As `topIndices` of the logits, looking only into blocks that hold one of them. */
export function topIndicesOfBlocks(logits: Float32Array, { size, pairs }: LogitBlocks, count: number): Uint32Array {
  if (count === 0 || 2 * count > pairs.length) return topIndices(logits, count)
  const largest: number[] = []
  for (let i = 0; i < pairs.length; i += 2) offer(largest, count, pairs, i)
  // So many logits are at least as large as the least of these blocks' maxima that no smaller one is among the best.
  const floor = pairs[largest[count - 1]!]!
  const best: number[] = []
  for (let block = 0; 2 * block < pairs.length; block++) {
    if (pairs[2 * block]! < floor) continue
    const end = Math.min((block + 1) * size, logits.length)
    for (let i = block * size; i < end; i++) if (logits[i]! >= floor) offer(best, count, logits, i)
  }
  return new Uint32Array(best)
}

/** Puts `index` in its place among the `count` indices of the largest values, best first; after its equals, so offer indices in order. */
function offer(best: number[], count: number, values: Float32Array, index: number): void {
  const value = values[index]!
  if (best.length === count && value <= values[best[count - 1]!]!) return
  if (best.length < count) best.push(index)
  let place = best.length - 1
  for (; place > 0 && values[best[place - 1]!]! < value; place--) best[place] = best[place - 1]!
  best[place] = index
}
