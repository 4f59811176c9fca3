// Runs a prompt through the model in chunks, reusing what the caches already hold.
import { throwIfAborted } from '../base/errors.ts'
import type { HeadRequest } from '../model/sampling.ts'
import { STEP_TOKENS } from '../plan/plan-memory.ts'
import type { Heads, Leader } from './leader.ts'

/** Prefills `tokens` so that the caches hold exactly them; `[rank]` heads of the last token. Only a suffix that differs from the caches is computed. */
export async function prefill(
  leader: Leader,
  tokens: readonly number[],
  head: HeadRequest,
  signal?: AbortSignal,
): Promise<Heads> {
  let heads: Heads = []
  let pastLength = Math.min(commonLength(leader.cachedTokens, tokens), tokens.length - 1)
  while (pastLength < tokens.length) {
    throwIfAborted(signal)
    const chunk = tokens.slice(pastLength, pastLength + STEP_TOKENS)
    const last = pastLength + chunk.length === tokens.length
    heads = await leader.run({ tokens: chunk, pastLength, rows: 'last', head: last ? head : null })
    pastLength += chunk.length
  }
  return heads
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}
