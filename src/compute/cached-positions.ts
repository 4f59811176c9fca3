// Which positions a KV cache still holds, known without the cache: with an attention window it is a ring (`kvPositions`).
import { HeadroomError } from '../base/errors.ts'
import { type Range, range } from '../base/ranges.ts'
import type { ModelConfig } from '../model/config.ts'
import { kvPositions, stepTokens } from '../plan/plan-memory.ts'
import type { Step } from './executor.ts'

export interface CachedPositions {
  /** What a step may begin behind, as far as an attention window reaches. */
  readonly held: Range
  /** May the next step begin at `pastLength`: is all that it would see still there? */
  reaches(pastLength: number): boolean
  /**
   * Call as each step begins. Throws `bad-input` past the end of the context, and `internal` where the step leans on positions that were
   * never computed or are overwritten, or where it is longer than the ring has room for.
   */
  begin(step: Pick<Step, 'pastLength' | 'positions'>): void
  /** Call as these come from another cache: later ones are dropped, and earlier ones where others would be missing between. */
  receive(positions: Range): void
}

/** Follows the cache of one rank, or of all: they hold the same positions. */
export function cachedPositions(config: ModelConfig, contextLength: number): CachedPositions {
  const { causal, attentionWindow } = config
  const capacity = kvPositions(config, contextLength)
  const longest = attentionWindow === null ? contextLength : stepTokens(config)
  /** Positions from `oldest` to `known` are there. */
  let known = 0
  let oldest = 0
  const reaches = (pastLength: number) => {
    if (pastLength === 0) return true
    const first = attentionWindow === null ? 0 : Math.max(0, pastLength - attentionWindow + 1)
    return causal && pastLength <= known && first >= oldest
  }
  return {
    get held() {
      return range(oldest, known)
    },
    reaches,
    begin({ pastLength, positions: { length } }) {
      const end = pastLength + length
      if (end > contextLength) {
        const text = `The context holds ${contextLength} positions; start a new chat or shorten the text.`
        throw new HeadroomError('bad-input', text)
      }
      if (!reaches(pastLength)) {
        const text = `A step on ${pastLength} past positions came where positions ${oldest} to ${known} are held.`
        throw new HeadroomError('internal', text)
      }
      if (length > longest) {
        const text = `A step of ${length} tokens came where the cache has room for ${longest}.`
        throw new HeadroomError('internal', text)
      }
      oldest = pastLength === 0 ? 0 : oldest
      oldest = Math.max(oldest, end - capacity)
      known = end
    },
    receive({ start, end }) {
      const isJoined = oldest <= start && start <= known
      oldest = Math.max(isJoined ? oldest : start, end - capacity)
      known = end
    },
  }
}
