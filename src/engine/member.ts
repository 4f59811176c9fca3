// A member's whole life in one epoch: wait for the leader's step, run it, answer with the head.
import type { State } from '../compute/executor.ts'
import { encodeHeadResult } from '../model/head-codec.ts'
import { decodeStepMessage } from './step-message.ts'
import { forward, headSlot, type Rank } from './transformer.ts'

/** Serves steps until `signal` aborts or the collective fails; rejects with the reason, never resolves. */
export async function serve(rank: Rank, signal: AbortSignal): Promise<never> {
  const { config, shard, executor, collective } = rank
  let state: State | null = null
  for (let step = 0; ; step++) {
    const key = { epoch: shard.epoch, step, slot: 0 }
    const message = decodeStepMessage(await collective.broadcast(key, null, signal), config.hiddenSize)
    if (message.kind === 'forward')
      state = await forward(rank, { ...message.step, epoch: shard.epoch, step }, message.embedded)
    if (message.head === null || state === null) continue
    const rows = await executor.head(state, message.head)
    await collective.gather({ ...key, slot: headSlot(shard) }, encodeHeadResult(rows))
  }
}
