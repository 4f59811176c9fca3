// Every family against transformers' own float32 outputs, on any executor: seeded models, because no trained Mistral, GPT-2 or MobileBERT is
// at hand.
import { expect, test } from 'vitest'
import type { ExecutorFactory } from '../../src/compute/executor.ts'
import { checkpointRanks } from '../support/checkpoint-ranks.ts'
import { decoderOutcome, encoderOutcome } from '../support/expected-outputs.ts'

const tolerance = 1e-3
const everySplit = [[1], [2, 1], [1, 2, 1], [1, 1, 2, 1]]
const decoders = ['llama-gqa', 'llama-nine-heads', 'llama3-rope', 'qwen2', 'qwen3', 'mistral-window', 'gpt2']
const encoders = ['bert', 'mobilebert']

/** Registers the suite, one to four ranks unless `splits` says otherwise; call it inside a `describe`. */
export function checkpointContract(factory: ExecutorFactory, splits: readonly number[][] = everySplit): void {
  const over = (names: readonly string[]) => names.flatMap((name) => splits.map((shares) => ({ name, shares })))

  test.each(over(decoders))(
    '$name has transformers’ logits, hidden states and tokens on $shares',
    async ({ name, shares }) => {
      const ranks = await checkpointRanks(name, factory, shares)
      const { logitError, hiddenError, tokens, expectedTokens } = await decoderOutcome(name, ranks)
      expect(logitError).toBeLessThan(tolerance)
      expect(hiddenError).toBeLessThan(tolerance)
      expect(tokens).toEqual(expectedTokens)
      ranks.close()
    },
  )

  test.each(over(encoders))('$name has transformers’ logits and hidden states on $shares', async ({ name, shares }) => {
    const ranks = await checkpointRanks(name, factory, shares)
    const { logitError, hiddenError } = await encoderOutcome(name, ranks)
    expect(logitError).toBeLessThan(tolerance)
    expect(hiddenError).toBeLessThan(tolerance)
    ranks.close()
  })
}
