// Runs a prompt through the model in chunks, reusing what the caches already hold.
import { throwIfAborted } from '../base/errors.ts'
import type { HeadRequest } from '../model/sampling.ts'
import { stepTokens } from '../plan/plan-memory.ts'
import type { Heads, Leader } from './leader.ts'

/** Prefills `tokens` so that the caches hold exactly them; `[rank]` heads of the last token. Only a suffix that differs from the caches is computed. */
export async function prefill(
  leader: Leader,
  tokens: readonly number[],
  head: HeadRequest,
  signal?: AbortSignal,
): Promise<Heads> {
  let heads: Heads = []
  const chunkTokens = stepTokens(leader.rank.config)
  const kept = reusableLength(leader, tokens)
  let pastLength = kept
  while (pastLength < tokens.length) {
    throwIfAborted(signal)
    const chunk = tokens.slice(pastLength, pastLength + chunkTokens)
    const last = pastLength + chunk.length === tokens.length
    heads = await leader.run({
      tokens: chunk,
      pastLength,
      rows: 'last',
      head: last ? head : null,
      goesOn: pastLength > kept,
    })
    pastLength += chunk.length
  }
  return heads
}

/** Positions that can stay in the caches. */
function reusableLength({ cachedTokens, reaches }: Leader, tokens: readonly number[]): number {
  const common = Math.min(commonLength(cachedTokens, tokens), tokens.length - 1)
  return reaches(common) ? common : 0
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}
