// Ranks of a small random model in one process: real executors and a real star over memory lanes. What `src/engine` is tested on.
import { createSoloCollective } from '../../src/collective/solo.ts'
import { createStarCollective } from '../../src/collective/star.ts'
import { referenceExecutor } from '../../src/compute/reference/reference-executor.ts'
import { createLeader, type Leader } from '../../src/engine/leader.ts'
import { serve } from '../../src/engine/member.ts'
import type { Rank } from '../../src/engine/transformer.ts'
import type { Shard } from '../../src/plan/shard-plan.ts'
import { shardTensors } from '../../src/plan/shard-tensors.ts'
import { type MemoryLane, memoryLanes } from './memory-lane.ts'
import { shardsByHand, type TinyModel, writeAll } from './tiny-model.ts'

export interface TinyRanks {
  leader: Leader
  vocabulary: Shard['vocabulary'][]
  /** What ended each member's service, by rank - 1; settles at `close` at the latest. */
  served: Promise<unknown>[]
  /** The leader's ends, by rank - 1. */
  lanes: MemoryLane[]
  close(): void
}

/** `ends` as in `shardsByHand`. Members serve at once. */
export async function tinyRanks(
  model: TinyModel,
  ends: readonly (readonly [number, number, number])[],
): Promise<TinyRanks> {
  const shards = shardsByHand(model.config, ends)
  const pairs = shards.slice(1).map(({ rank }) => memoryLanes(`device-${rank}`, 'device-0'))
  const ranks = await Promise.all(
    shards.map(async (shard): Promise<Rank> => {
      const { rank, worldSize } = shard
      const tensors = shardTensors(model.config, shard, model.formats)
      const loader = await referenceExecutor.create({ config: model.config, shard, tensors, threads: 1 })
      await writeAll(model, tensors, loader)
      const lanes = rank === 0 ? pairs.map(([own]) => own) : [pairs[rank - 1]![1]]
      const collective =
        worldSize === 1 ? createSoloCollective() : createStarCollective({ rank, worldSize, lanes, wire: 'f32' })
      return { config: model.config, shard, executor: await loader.finish(), collective }
    }),
  )
  const [first, ...members] = ranks
  const vocabulary = shards.map((shard) => shard.vocabulary)
  const ended = new AbortController()
  return {
    leader: createLeader(first!, vocabulary),
    vocabulary,
    served: members.map((rank) => serve(rank, ended.signal).catch((error: unknown) => error)),
    lanes: pairs.map(([own]) => own),
    close() {
      ended.abort()
      for (const { collective, executor } of ranks) {
        collective.close()
        executor.close()
      }
    },
  }
}

/** Per rank the ends of query heads, FFN columns and vocabulary rows of `tinyConfig`, split as no two devices are alike. */
export const unevenSplits = {
  alone: [[6, 160, 101]],
  'two uneven': [
    [4, 96, 40],
    [6, 160, 101],
  ],
  'four, one without heads, one without vocabulary': [
    [2, 32, 10],
    [2, 64, 60],
    [5, 160, 60],
    [6, 160, 101],
  ],
} as const
