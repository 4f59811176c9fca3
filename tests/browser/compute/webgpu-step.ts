import type { Executor } from '../../../src/compute/executor.ts'
import { plainRequest } from '../../../src/model/sampling.ts'

/** One whole step of a single rank; the last token's logits. */
export async function oneStep(
  executor: Executor,
  sublayerCount: number,
  tokens: number[],
  pastLength: number,
): Promise<Float32Array> {
  const positions = tokens.map((_, i) => pastLength + i)
  const step = { epoch: 1, step: 0, sequence: 0, pastLength, tokens, positions, rows: 'last' as const }
  const state = executor.begin(step, executor.embed(step))
  for (let index = 0; index < sublayerCount; index++) executor.join(state, index, await executor.partial(state, index))
  const [row] = await executor.head(state, { ...plainRequest, logits: true })
  return row!.logits!
}
