// The forward pass. Every rank runs the same program (SPMD) on its own shard; each sublayer ends in one line that is the all-reduce
// (Shoeybi et al. 2019, Megatron-LM).
import type { Collective } from '../collective/collective.ts'
import { advance, type Executor, type State, type Step } from '../compute/executor.ts'
import { type ModelConfig, streamWidth } from '../model/config.ts'
import type { Shard } from '../plan/shard-plan.ts'
import type { ComputeClock } from './compute-clock.ts'

/** What one rank runs on. Owned by cluster/; `collective` belongs to one epoch. */
export interface Rank {
  config: ModelConfig
  shard: Shard
  executor: Executor
  collective: Collective
}

/**
 * Runs `step` over `embedded` `[T, H]` through all sublayers. The state still holds the final residual stream for the head, and `clock`
 * still runs: the head belongs to what is computed before the next collective.
 */
export async function forward(
  { config, shard, executor, collective }: Rank,
  step: Step,
  embedded: Float32Array,
  clock: ComputeClock,
): Promise<State> {
  const width = streamWidth(config)
  const { sublayers } = shard
  clock.resume()
  const state = executor.begin(step, embedded)
  const hasSum = (index: number) => sublayers[index]?.hold === 'split' && collective.worldSize > 1
  for (let index = 0; index < sublayers.length; ) {
    const from = index
    while (index < sublayers.length && !hasSum(index)) index++
    // Of these the partials are all there is to sum.
    if (index > from) await advance(executor, state, from, index)
    else {
      const partial = await executor.partial(state, index)
      const key = { epoch: step.epoch, step: step.step, slot: index + 1 }
      clock.endRound()
      const sum = await collective.allReduceSum(key, partial, width)
      clock.resume()
      executor.join(state, index, sum)
      index++
    }
  }
  return state
}

/** The slot in which ranks answer with their heads. */
export function headSlot({ sublayers }: Shard): number {
  return sublayers.length + 1
}
