// A member computes what the leader says, within the model that the leader described and its own memory: this is where that is checked.
import { bytesInWords } from '../base/bytes-in-words.ts'
import { HeadroomError } from '../base/errors.ts'
import type { Range } from '../base/ranges.ts'
import { type ModelConfig, queryHeadsPerKvHead, sublayersOf } from '../model/config.ts'
import type { ShardMemory } from '../plan/plan-memory.ts'
import type { Shard } from '../plan/shard-plan.ts'

/** Throws `bad-message` where a range lies outside the model, a sublayer is out of place, or query heads lack their KV head. */
export function checkShard(config: ModelConfig, shard: Shard): void {
  const inside = (what: string, { start, end }: Range, limit: number) => {
    if (start > end || end > limit) throw refused(`${what} ${start} to ${end} of ${limit}`)
  }
  const expected = sublayersOf(config)
  if (shard.sublayers.length !== expected.length)
    throw refused(`${shard.sublayers.length} of ${expected.length} sublayers`)
  if (shard.rank >= shard.worldSize) throw refused(`rank ${shard.rank} of ${shard.worldSize}`)
  if (shard.contextLength > config.contextLength) throw refused(`a context of ${shard.contextLength}`)
  inside('vocabulary rows', shard.vocabulary, config.vocabSize)
  for (const [index, sublayer] of shard.sublayers.entries()) {
    const { kind, layer } = expected[index]!
    if (sublayer.kind !== kind || sublayer.layer !== layer)
      throw refused(`sublayer ${index} as ${sublayer.kind} of layer ${sublayer.layer}`)
    if (sublayer.kind === 'feedForward') inside('MLP columns', sublayer.ffn, config.ffnSize)
    else {
      const { queryHeads, kvHeads } = sublayer
      inside('query heads', queryHeads, config.headCount)
      inside('KV heads', kvHeads, config.kvHeadCount)
      const group = queryHeadsPerKvHead(config)
      const covered = kvHeads.start * group <= queryHeads.start && queryHeads.end <= kvHeads.end * group
      if (queryHeads.end > queryHeads.start && !covered)
        throw refused(`query heads without their KV heads in layer ${layer}`)
    }
  }
}

/** Throws `bad-message` for a share above `memoryBytes`. What the leader alone has, or nobody, may be said to be of any size. */
export function checkMemory({ totalBytes }: ShardMemory, memoryBytes: number): void {
  if (totalBytes <= memoryBytes) return
  const more = bytesInWords(totalBytes - memoryBytes)
  throw refused(`${bytesInWords(totalBytes)} of memory, ${more} more than this device offered`)
}

function refused(what: string): HeadroomError {
  return new HeadroomError(
    'bad-message',
    `The leader asks for a share that cannot be: ${what}. Reload both pages, so that they run the same version.`,
  )
}
