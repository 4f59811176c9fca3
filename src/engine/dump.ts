// Whole logits and hidden states of a prompt, for people who compare (`--dump`, `processInference({ logits: true })`): the one case in
// which logits travel whole.
import { throwIfAborted } from '../base/errors.ts'
import type { HeadRequest } from '../model/sampling.ts'
import type { Leader } from './leader.ts'

/** Rows of logits gathered at once: 32 x 49,152 x 4 bytes = 6 MB. */
const chunkTokens = 32

const wholeLogits: HeadRequest = {
  candidates: 0,
  order: 'logit',
  temperature: 0,
  repetitionPenalty: 1,
  seenTokens: [],
  seed: 0,
  logits: true,
}

/** Row-major float32, one row per token. */
export interface PromptDump {
  /** After the final norm, `[T, H]`. */
  hidden: Float32Array
  /** Raw, `[T, V]`. */
  logits: Float32Array
}

/** Runs `tokens` from an empty cache and keeps every row's logits and hidden state. */
export async function dumpPrompt(leader: Leader, tokens: readonly number[], signal?: AbortSignal): Promise<PromptDump> {
  const { hiddenSize, vocabSize } = leader.rank.config
  const hidden = new Float32Array(tokens.length * hiddenSize)
  const logits = new Float32Array(tokens.length * vocabSize)
  for (let start = 0; start < tokens.length; start += chunkTokens) {
    throwIfAborted(signal)
    const heads = await leader.run({
      tokens: tokens.slice(start, start + chunkTokens),
      pastLength: start,
      rows: 'all',
      head: wholeLogits,
    })
    hidden.set(await leader.readHidden(), start * hiddenSize)
    for (const [row, ranks] of heads.entries()) {
      let at = (start + row) * vocabSize
      for (const { logits: own } of ranks) {
        if (!own) continue
        logits.set(own, at)
        at += own.length
      }
    }
  }
  return { hidden, logits }
}
