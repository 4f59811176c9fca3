// Operations that all ranks of an epoch take part in, in the same order. Every rank leaves an all-reduce with the same bits.
import type { FrameKey } from '../net/lane.ts'

/** How partial sums travel. */
export type WireFormat = 'f32' | 'f16' | 'int8'

export interface Collective {
  readonly rank: number
  readonly worldSize: number
  /** Sum over ranks of `partial` `[T, H]`, in rank order; the result is the caller's. `width` = H, the length of one token's row. */
  allReduceSum(key: FrameKey, partial: Float32Array, width: number): Promise<Float32Array>
  /** On the leader every rank's bytes in rank order (`mine` first); null elsewhere. */
  gather(key: FrameKey, mine: Uint8Array): Promise<Uint8Array[] | null>
  /** The leader gives `payload`; every rank gets it. Elsewhere pass null. */
  broadcast(key: FrameKey, payload: Uint8Array | null, signal?: AbortSignal): Promise<Uint8Array>
  /** Measured so far; live. A reader empties `durationsMs` with `splice(0)`. */
  readonly stats: CollectiveStats
  close(): void
}

export interface CollectiveStats {
  /** Payload and frame headers over all lanes of this rank; on a star's leader, sent + received is the whole room's traffic. */
  bytesSent: number
  bytesReceived: number
  rounds: number
  /** Milliseconds per collective on this rank, since last emptied; bounded. Only those that wait for other ranks' work. */
  durationsMs: number[]
  /** One per collective on a star's leader, since last emptied; bounded. Empty elsewhere. */
  moments: RoundMoments[]
}

/** When things happened in one collective, by the leader's clock. */
export interface RoundMoments {
  /** Its own part was done, and it began to wait for the others'. */
  waitedMs: number
  /** Rank r's part was in its hands, at r - 1. What came while the leader computed is there when it looks. */
  arrivedMs: readonly number[]
  /** It had all, and what came of them was ready to be sent; for a gather, which sends nothing back, the end. */
  answeredMs: number
}
