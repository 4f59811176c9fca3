// The leader's side of a step: embed, tell the others, run the same pass, collect everyone's head. It also knows which tokens the
// KV caches of all ranks hold, so that a next turn only prefills what is new.
import { blame, HeadroomError } from '../base/errors.ts'
import type { Range } from '../base/ranges.ts'
import { cachedPositions } from '../compute/cached-positions.ts'
import type { State, Step } from '../compute/executor.ts'
import type { HeadRequest, HeadRow } from '../model/sampling.ts'
import { createComputeClock } from './compute-clock.ts'
import { decodeHeadAnswer, encodeHeadAnswer, type HeadAnswer } from './head-answer.ts'
import { encodeStepMessage, type StepMessage } from './step-message.ts'
import type { ToldStep } from './step-times.ts'
import { forward, headSlot, type Rank } from './transformer.ts'

/** Heads of one step: `[row][rank]`. */
export type Heads = HeadRow[][]

export interface StepRequest {
  tokens: readonly number[]
  tokenTypes?: Step['tokenTypes']
  mask?: Step['mask']
  /** Positions of the KV cache that stay. */
  pastLength: number
  rows: Step['rows']
  /** null: no head, as in all but the last chunk of a prefill. */
  head: HeadRequest | null
  /** Do its times count with those of the step before, as the chunks of one prompt? */
  goesOn?: boolean
}

export interface Leader {
  readonly rank: Rank
  /** Tokens whose keys and values every rank holds, oldest first. */
  readonly cachedTokens: readonly number[]
  /** Can a step go on from there? With an attention window what lies long before the latest step is overwritten. */
  reaches(pastLength: number): boolean
  run(request: StepRequest): Promise<Heads>
  /** Asks the last step's head again, for more candidates. */
  again(head: HeadRequest): Promise<Heads>
  /** The last step's residual stream after the final norm, `[T, H]`. */
  readHidden(): Promise<Float32Array>
  /** Where the time of the last step went, with those it went on from, and of what its head was asked since; empty for a step without a head. */
  readonly told: readonly ToldStep[]
  /** What `told` is of: how many tokens went through the model, and when the first step of it began. */
  readonly span: Readonly<StepSpan>
}

interface StepSpan {
  tokens: number
  beganMs: number
}

/** A longer prompt is measured from a later chunk on: every rank keeps a number a collective. */
const mostRounds = 4_000

/** `vocabulary[rank]`: the rows each rank answers for. One leader per epoch. */
export function createLeader(rank: Rank, vocabulary: readonly Range[]): Leader {
  const { shard, executor, collective } = rank
  const { epoch } = shard
  const cached = cachedPositions(rank.config, shard.contextLength)
  let nextStep = 0
  let state: State | null = null
  const cachedTokens: number[] = []
  const told: ToldStep[] = []
  let span: StepSpan & { toldMs: number } = { tokens: 0, beganMs: 0, toldMs: 0 }
  const clock = createComputeClock()
  const { stats } = collective

  const lastState = () => {
    if (!state) throw new HeadroomError('internal', 'No step has run in this epoch.')
    return state
  }

  const collectHeads = async (step: number, head: HeadRequest, toldMs: number): Promise<Heads> => {
    clock.resume()
    const rows = await executor.head(lastState(), head)
    clock.endRound()
    const mine: HeadAnswer = { rows, computedMs: [...clock.roundsMs] }
    const key = { epoch, step, slot: headSlot(shard) }
    const answers = await collective.gather(
      key,
      rank.collective.worldSize > 1 ? encodeHeadAnswer(mine) : new Uint8Array(0),
    )
    const decode = (bytes: Uint8Array, r: number) => {
      try {
        const expected = { rowCount: rows.length, vocabulary: vocabulary[r]!, request: head }
        return decodeHeadAnswer(bytes, clock.roundsMs.length, expected)
      } catch (error) {
        throw blame(error, r)
      }
    }
    const perRank = answers?.map((bytes, r) => (r === 0 ? mine : decode(bytes, r))) ?? [mine]
    told.push({ toldMs, moments: stats.moments.splice(0), computedMs: perRank.map(({ computedMs }) => computedMs) })
    return rows.map((_, row) => perRank.map((answer) => answer.rows[row]!))
  }

  const tell = async (step: number, message: StepMessage) => {
    if (message.kind === 'head' || !message.goesOn) stats.moments.length = 0
    if (collective.worldSize > 1) await collective.broadcast({ epoch, step, slot: 0 }, encodeStepMessage(message))
  }

  return {
    rank,
    cachedTokens,
    reaches: cached.reaches,
    async run({ tokens, tokenTypes, mask, pastLength, rows, head, goesOn: wanted = false }) {
      const goesOn = wanted && clock.roundsMs.length < mostRounds
      const beganMs = performance.now()
      const positions = tokens.map((_, i) => pastLength + i)
      const step: Step = { epoch, step: nextStep, sequence: 0, pastLength, tokens, tokenTypes, mask, positions, rows }
      if (!goesOn) clock.reset()
      clock.resume()
      const embedded = executor.embed(step)
      clock.pause()
      cached.begin(step)
      nextStep++ // Tokens that embed refuses are no step: the members hear nothing of them.
      cachedTokens.splice(pastLength)
      told.length = 0
      if (!goesOn) span = { tokens: 0, beganMs, toldMs: performance.now() }
      span.tokens += tokens.length
      await tell(step.step, { kind: 'forward', step, head, embedded, ...(goesOn && { goesOn }) })
      state = await forward(rank, step, embedded, clock)
      cachedTokens.push(...tokens)
      if (head) return collectHeads(step.step, head, span.toldMs)
      clock.pause()
      return []
    },
    async again(head) {
      const step = nextStep++
      clock.reset()
      const toldMs = performance.now()
      await tell(step, { kind: 'head', head })
      return collectHeads(step, head, toldMs)
    },
    told,
    get span() {
      return span
    },
    readHidden: () => executor.readHidden(lastState()),
  }
}
