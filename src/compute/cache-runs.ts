// The order in which keys and values go from one executor to another: float32, which holds the halves of WASM's cache exactly,
// `[attention sublayer of which I hold heads, keys | values, KV head, position, D]`, keys turned (RoPE) as every cache has them.
// GPUs hold them so, but in a ring: a move of theirs is copies and no arithmetic.
import { HeadroomError } from '../base/errors.ts'
import { isEmpty, type Range, rangeLength } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import { kvPositions } from '../plan/plan-memory.ts'
import type { Shard } from '../plan/shard-plan.ts'
import type { CachedPositions } from './cached-positions.ts'

/** Rows of a cache's ring that lie one after the other, of one KV head's keys or values. */
export interface CacheRun {
  /** Its index among all of the shard's. */
  sublayer: number
  values: boolean
  /** Counted from my first of the sublayer. */
  kvHead: number
  /** Position p lies in row p % capacity. */
  firstRow: number
  rowCount: number
  /** Index of the first row's first number among those moved; D follow for each row. */
  at: number
}

/** All of what `positions` is moved as; together they are `movedCount` numbers. */
export function* cacheRuns(config: ModelConfig, shard: Shard, positions: Range): Generator<CacheRun> {
  const capacity = kvPositions(config, shard.contextLength)
  let at = 0
  for (const [sublayer, slice] of shard.sublayers.entries()) {
    if (slice.kind !== 'attention' || isEmpty(slice.queryHeads)) continue
    const kvHeads = rangeLength(slice.kvHeads)
    for (let part = 0; part < 2 * kvHeads; part++) {
      const [values, kvHead] = [part >= kvHeads, part % kvHeads]
      for (let position = positions.start; position < positions.end; ) {
        const firstRow = position % capacity
        const rowCount = Math.min(positions.end - position, capacity - firstRow)
        yield { sublayer, values, kvHead, firstRow, rowCount, at }
        at += rowCount * config.headSize
        position += rowCount
      }
    }
  }
}

/** How many numbers `positionCount` positions are moved as. */
export function movedCount(config: ModelConfig, { sublayers }: Shard, positionCount: number): number {
  const heads = sublayers.map((slice) =>
    slice.kind === 'attention' && !isEmpty(slice.queryHeads) ? rangeLength(slice.kvHeads) : 0,
  )
  return 2 * positionCount * config.headSize * heads.reduce((sum, count) => sum + count, 0)
}

/** Throws `internal` where some of `positions` are not held. */
export function requireHeld({ held }: CachedPositions, { start, end }: Range): void {
  if (held.start <= start && end <= held.end) return
  const text = `Positions ${start} to ${end} are to be moved where ${held.start} to ${held.end} are held.`
  throw new HeadroomError('internal', text)
}
