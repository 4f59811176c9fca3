// Whole logits and hidden states of a prompt, for people who compare (`--dump`, `processInference({ logits: true })`): the one case in
// which logits travel whole.
import { throwIfAborted } from '../base/errors.ts'
import { type HeadRequest, plainRequest } from '../model/sampling.ts'
import type { Heads, Leader } from './leader.ts'

/** Rows of logits gathered at once: 32 x 49,152 x 4 bytes = 6 MB. */
export const rowsAtOnce = 32

export const wholeLogits: HeadRequest = { ...plainRequest, logits: true }

/** Row-major float32, one row per token. */
export interface PromptDump {
  /** After the final norm, `[T, H]`. */
  hidden: Float32Array
  /** Raw, `[T, V]`. */
  logits: Float32Array
}

/** Of a causal model: runs `tokens` from an empty cache and keeps every row's logits and hidden state. */
export async function dumpPrompt(leader: Leader, tokens: readonly number[], signal?: AbortSignal): Promise<PromptDump> {
  const { hiddenSize, vocabSize } = leader.rank.config
  const hidden = new Float32Array(tokens.length * hiddenSize)
  const logits = new Float32Array(tokens.length * vocabSize)
  for (let start = 0; start < tokens.length; start += rowsAtOnce) {
    throwIfAborted(signal)
    const heads = await leader.run({
      tokens: tokens.slice(start, start + rowsAtOnce),
      pastLength: start,
      rows: 'all',
      head: wholeLogits,
    })
    hidden.set(await leader.readHidden(), start * hiddenSize)
    copyLogits(heads, logits.subarray(start * vocabSize))
  }
  return { hidden, logits }
}

/** Every row's logits, all ranks' rows of the vocabulary side by side, to the beginning of `into`. */
export function copyLogits(heads: Heads, into: Float32Array): void {
  let at = 0
  for (const { logits } of heads.flat()) {
    if (!logits) continue
    into.set(logits, at)
    at += logits.length
  }
}
