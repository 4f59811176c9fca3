// Keys and values on their way between main memory and the GPU's caches, which have the same order but for the ring: copies alone.
import { type Range, rangeLength } from '../../base/ranges.ts'
import { kvPositions } from '../../plan/plan-memory.ts'
import { cacheRuns, requireHeld } from '../cache-runs.ts'
import type { CachedPositions } from '../cached-positions.ts'
import type { CacheAccess, ExecutorSetup } from '../executor.ts'
import type { ArrayPart, GpuSession } from './gpu-session.ts'
import type { ShardWeights } from './shard-weights.ts'

/** A read is one readback; a write is queued before everything submitted later. */
export function cacheAccess(
  gpu: GpuSession,
  { config, shard }: Pick<ExecutorSetup, 'config' | 'shard'>,
  { sublayers }: ShardWeights,
  held: CachedPositions,
): CacheAccess {
  const capacity = kvPositions(config, shard.contextLength)
  const { headSize } = config
  const owned = sublayers.map(({ own }) => (own && 'cache' in own ? own : null))
  /** Where runs lie on the GPU (`CachePiece`), in the order that they are moved in. */
  const partsOf = (positions: Range): (ArrayPart & { at: number })[] =>
    Array.from(cacheRuns(config, shard, positions), ({ sublayer, values, kvHead, firstRow, rowCount, at }) => {
      const { array, kvHeads } = owned[sublayer]!.cache.find((piece) => kvHead < piece.kvHeads.end)!
      const head = kvHead - kvHeads.start + (values ? rangeLength(kvHeads) : 0)
      return { array, offset: (head * capacity + firstRow) * headSize, count: rowCount * headSize, at }
    })
  return {
    async read(positions) {
      requireHeld(held, positions)
      return gpu.readParts(partsOf(positions))
    },
    write(positions, values) {
      // What is recorded was meant for the cache as it is.
      gpu.submit()
      for (const { array, offset, count, at } of partsOf(positions))
        gpu.write(array, offset * 4, values.subarray(at, at + count))
      held.receive(positions)
    },
  }
}
