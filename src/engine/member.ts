// A member's whole life in one epoch: wait for the leader's step, run it, answer with the head.
import type { State } from '../compute/executor.ts'
import { createComputeClock } from './compute-clock.ts'
import { encodeHeadAnswer } from './head-answer.ts'
import { decodeStepMessage } from './step-message.ts'
import { forward, headSlot, type Rank } from './transformer.ts'

/** What one token took of a member, measured by its own clock; a step over many tokens is none. */
export interface ServedToken {
  /** From hearing of the step until its answer was on its way. */
  stepMs: number
  /** Of those; for the rest it waited for the others and the ways between. */
  computeMs: number
  /** Payload and headers, sent and received. */
  bytes: number
}

/** Serves steps until `signal` aborts or the collective fails; rejects with the reason, never resolves. */
export async function serve(
  rank: Rank,
  signal: AbortSignal,
  onToken: (served: ServedToken) => void = () => undefined,
): Promise<never> {
  const { config, shard, executor, collective } = rank
  const clock = createComputeClock()
  const { stats } = collective
  let state: State | null = null
  let countedBytes = 0
  for (let step = 0; ; step++) {
    const key = { epoch: shard.epoch, step, slot: 0 }
    const message = decodeStepMessage(await collective.broadcast(key, null, signal), config.hiddenSize)
    const startMs = performance.now()
    if (message.kind === 'head' || !message.goesOn) clock.reset()
    if (message.kind === 'forward')
      state = await forward(rank, { ...message.step, epoch: shard.epoch, step }, message.embedded, clock)
    if (message.head === null || state === null) {
      clock.pause()
      continue
    }
    clock.resume()
    const rows = await executor.head(state, message.head)
    clock.endRound()
    await collective.gather({ ...key, slot: headSlot(shard) }, encodeHeadAnswer({ rows, computedMs: clock.roundsMs }))
    const bytes = stats.bytesSent + stats.bytesReceived
    if (message.kind === 'forward' && message.step.positions.length === 1)
      onToken({ stepMs: performance.now() - startMs, computeMs: clock.totalMs, bytes: bytes - countedBytes })
    countedBytes = bytes
  }
}
