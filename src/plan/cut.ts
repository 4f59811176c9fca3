// From counts of units per rank to ranges. Units: KV-head groups (a KV head with its query heads), or single query heads where there
// are more ranks than KV heads; blocks of 32 MLP columns; vocabulary rows.
import { isEmpty, type Range, range } from '../base/ranges.ts'
import { headRowCount, type ModelConfig, queryHeadsPerKvHead, type Sublayer, sublayersOf } from '../model/config.ts'
import { BLOCK_SIZE } from '../model/tensor.ts'
import type { Shard, ShardSublayer, SublayerPlan } from './shard-plan.ts'

/** One number for each kind of unit. */
export interface PerUnit<Value> {
  attention: Value
  ffn: Value
  vocabulary: Value
}

/** The ranges of one rank, alike in all layers. */
export interface RankCut {
  queryHeads: Range
  kvHeads: Range
  ffn: Range
  vocabulary: Range
}

/** How many units of each kind there are to give away. */
export function unitTotals(config: ModelConfig, worldSize: number): PerUnit<number> {
  return {
    attention: worldSize > config.kvHeadCount ? config.headCount : config.kvHeadCount,
    ffn: Math.ceil(config.ffnSize / BLOCK_SIZE),
    vocabulary: headRowCount(config),
  }
}

/** Lays the ranks' units (`counts.*[rank]`) side by side in rank order. Query head q reads KV head floor(q / (N / K)). */
export function cutByCounts(config: ModelConfig, counts: PerUnit<readonly number[]>): RankCut[] {
  const group = queryHeadsPerKvHead(config)
  const headsPerUnit = config.headCount / unitTotals(config, counts.attention.length).attention
  const queryHeads = consecutive(counts.attention, headsPerUnit, config.headCount)
  const ffn = consecutive(counts.ffn, BLOCK_SIZE, config.ffnSize)
  const vocabulary = consecutive(counts.vocabulary, 1, headRowCount(config))
  return queryHeads.map((heads, rank) => {
    const firstKvHead = Math.floor(heads.start / group)
    return {
      queryHeads: heads,
      kvHeads: range(firstKvHead, isEmpty(heads) ? firstKvHead : Math.ceil(heads.end / group)),
      ffn: ffn[rank]!,
      vocabulary: vocabulary[rank]!,
    }
  })
}

export function splitSublayers(config: ModelConfig, cuts: readonly RankCut[]): SublayerPlan[] {
  return sublayersOf(config).map(({ kind, layer }) =>
    kind === 'attention'
      ? { kind, layer, hold: 'split', ranks: cuts.map(({ queryHeads, kvHeads }) => ({ queryHeads, kvHeads })) }
      : { kind, layer, hold: 'split', ranks: cuts.map(({ ffn }) => ({ ffn })) },
  )
}

/** One rank's cut of `sublayers` as its shard. */
export function shardFromCut(
  sublayers: readonly Sublayer[],
  cut: RankCut,
  place: Omit<Shard, 'sublayers' | 'vocabulary'>,
): Shard {
  const { queryHeads, kvHeads, ffn, vocabulary } = cut
  const slices = sublayers.map(
    ({ kind, layer }): ShardSublayer =>
      kind === 'attention' ? { kind, layer, hold: 'split', queryHeads, kvHeads } : { kind, layer, hold: 'split', ffn },
  )
  return { ...place, sublayers: slices, vocabulary }
}

/** The last unit may be short: 172 columns are five blocks and 12. */
function consecutive(counts: readonly number[], unit: number, limit: number): Range[] {
  let next = 0
  return counts.map((count) => {
    const start = next
    next = Math.min(limit, start + count * unit)
    return range(start, next)
  })
}
