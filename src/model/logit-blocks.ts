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
  const maxima = new Float32Array(pairs.length / 2)
  if (count > maxima.length) return topIndices(logits, count)
  if (count === 0) return new Uint32Array(0)
  for (let block = 0; block < maxima.length; block++) maxima[block] = pairs[2 * block]!
  // So many logits are at least as large as the least of these blocks' maxima that no smaller one is among the best.
  const floor = maxima[topIndices(maxima, count)[count - 1]!]!
  const found: number[] = []
  for (let block = 0; block < maxima.length; block++) {
    if (maxima[block]! < floor) continue
    const end = Math.min((block + 1) * size, logits.length)
    for (let i = block * size; i < end; i++) if (logits[i]! >= floor) found.push(i)
  }
  const places = topIndices(
    Float32Array.from(found, (index) => logits[index]!),
    count,
  )
  return places.map((place) => found[place]!)
}
