// Which positions a KV cache still holds, told before a step begins: with an attention window it is a ring (`kvPositions`).
import { HeadroomError } from '../base/errors.ts'
import type { ModelConfig } from '../model/config.ts'
import { kvPositions, stepTokens } from '../plan/plan-memory.ts'
import type { Step } from './executor.ts'

/**
 * Returns what to call as each step begins. It throws `bad-input` past the end of the context, and `internal` where the step leans on
 * positions that were never computed or are overwritten, or where it is longer than a ring allows.
 */
export function cachedPositions(config: ModelConfig, contextLength: number): (step: Step) => void {
  const { causal, attentionWindow } = config
  const capacity = kvPositions(config, contextLength)
  let known = 0
  let oldest = 0
  const refuse = (text: string) => {
    throw new HeadroomError('internal', text)
  }
  return ({ pastLength, positions }) => {
    const end = pastLength + positions.length
    if (end > contextLength) {
      const text = `The context holds ${contextLength} positions; start a new chat or shorten the text.`
      throw new HeadroomError('bad-input', text)
    }
    if (pastLength > known) refuse(`A step on ${pastLength} past positions came where ${known} are known.`)
    if (!causal && pastLength > 0)
      refuse(`A step on ${pastLength} past positions came for a model that sees all at once.`)
    if (attentionWindow !== null) {
      const longest = stepTokens(config)
      if (positions.length > longest)
        refuse(`A step of ${positions.length} tokens came where the cache has room for ${longest}.`)
      if (pastLength === 0) oldest = 0
      const first = Math.max(0, pastLength - attentionWindow + 1)
      if (first < oldest)
        refuse(`A step went back to position ${pastLength}; of what it sees, those before ${oldest} are overwritten.`)
      oldest = Math.max(oldest, end - capacity)
    }
    known = end
  }
}
