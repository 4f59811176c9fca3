// The star: every rank sends to the leader, which adds in rank order and returns one message to all. Two hops a round, and the leader
// decodes what it broadcasts, so that all ranks hold the same bits whatever the wire rounds.
import { blame, HeadroomError, StalledLaneError } from '../base/errors.ts'
import type { FrameKey, Lane } from '../net/lane.ts'
import type { Collective, CollectiveStats, WireFormat } from './collective.ts'
import { keep, Rounds } from './rounds.ts'
import { bitsOf, largestMagnitudeBits } from './wire-checks.ts'
import { createWireCodec, type WireCodec } from './wire-codec.ts'

/** A phone computes its part of a long prefill chunk in this time, or counts as stalled. */
export const STALL_TIMEOUT_MS = 10_000

export interface StarOptions {
  rank: number
  worldSize: number
  /** The leader's lanes to ranks 1.. in order; a member's one lane to the leader. They stay open when the collective closes. */
  lanes: readonly Lane[]
  wire: WireFormat
  stallTimeoutMs?: number
  now?: () => number
}

/**
 * One rank's end of a star for one epoch. Operations reject `lane-stalled` (naming the ranks) when a round takes longer than
 * `stallTimeoutMs`, `peer-shape` when a peer's sum has a wrong size, `aborted` after `close()`, and with the lane's own error when a
 * lane closes; on the leader such an error names the rank. A member waits for a broadcast without limit: between prompts there is nothing to come.
 */
export function createStarCollective(options: StarOptions): Collective {
  const { rank, worldSize, lanes, wire, stallTimeoutMs = STALL_TIMEOUT_MS, now = () => performance.now() } = options
  const expected = rank === 0 ? worldSize - 1 : 1
  if (lanes.length !== expected) {
    throw new HeadroomError('internal', `Rank ${rank} of ${worldSize} needs ${expected} lane(s), got ${lanes.length}.`)
  }
  const rounds = new Rounds(lanes, { stallTimeoutMs, now })
  const codec = createWireCodec(wire)
  return rank === 0
    ? new StarLeader(lanes, rounds, codec, now)
    : new StarMember(rank, worldSize, lanes[0]!, rounds, codec)
}

class StarLeader implements Collective {
  readonly rank = 0
  readonly worldSize: number
  readonly #lanes: readonly Lane[]
  readonly #rounds: Rounds
  readonly #codec: WireCodec
  readonly #now: () => number
  #decoded = new Float32Array(0)

  constructor(lanes: readonly Lane[], rounds: Rounds, codec: WireCodec, now: () => number) {
    this.worldSize = lanes.length + 1
    this.#lanes = lanes
    this.#rounds = rounds
    this.#codec = codec
    this.#now = now
  }

  get stats(): CollectiveStats {
    return this.#rounds.stats
  }

  allReduceSum(key: FrameKey, partial: Float32Array, width: number): Promise<Float32Array> {
    return this.#collect(key, async (answers, answering) => {
      const sum = this.#add(partial, answers, width)
      const bytes = this.#codec.encode(sum, width, 'The sum of all ranks')
      answering()
      await this.#sendAll(key, bytes)
      this.#codec.decode(bytes, sum, width, 'The leader')
      return sum
    })
  }

  gather(key: FrameKey, mine: Uint8Array): Promise<Uint8Array[]> {
    return this.#collect(key, async (answers, answering) => {
      answering()
      return [mine, ...answers]
    })
  }

  broadcast(key: FrameKey, payload: Uint8Array | null): Promise<Uint8Array> {
    if (!payload) return Promise.reject(new HeadroomError('internal', 'The leader must give what it broadcasts.'))
    return this.#rounds.untimed(undefined, async () => {
      await this.#sendAll(key, payload)
      return payload
    })
  }

  close(): void {
    this.#rounds.close()
  }

  /** One timed round that starts with every member's message; `then` says when it is about to answer them. */
  #collect<Result>(
    key: FrameKey,
    then: (answers: Uint8Array[], answering: () => void) => Promise<Result>,
  ): Promise<Result> {
    const waitedMs = this.#now()
    const arrivedMs = new Array<number>(this.#lanes.length).fill(waitedMs)
    const answering = () => keep(this.#rounds.stats.moments, { waitedMs, arrivedMs, answeredMs: this.#now() })
    const waiting = new Set(this.#lanes.keys())
    const missing = () => [...waiting].map((index) => `Rank ${index + 1} (${this.#lanes[index]!.peerId})`).join(', ')
    const work = async (signal: AbortSignal) => {
      const receive = async (lane: Lane, index: number) => {
        const bytes = await blaming(index + 1, () => lane.receive(key, signal), signal)
        waiting.delete(index)
        arrivedMs[index] = this.#now()
        return bytes
      }
      return then(await Promise.all(this.#lanes.map(receive)), answering)
    }
    return this.#rounds.timed(missing, work).catch((error: unknown) => {
      const [first] = waiting
      const isUnnamed = error instanceof StalledLaneError && error.rank === undefined
      throw isUnnamed && first !== undefined ? blame(error, first + 1) : error
    })
  }

  /** Own partial in full precision, then the others in rank order. */
  #add(partial: Float32Array, answers: readonly Uint8Array[], width: number): Float32Array {
    const sum = partial.slice()
    largestMagnitudeBits(bitsOf(sum), 0, sum.length, 'Rank 0 (the leader)')
    if (this.#decoded.length !== sum.length) this.#decoded = new Float32Array(sum.length)
    const decoded = this.#decoded
    for (const [index, bytes] of answers.entries()) {
      this.#decodeFrom(index, bytes, decoded, width)
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + decoded[i]!
    }
    return sum
  }

  #decodeFrom(index: number, bytes: Uint8Array, out: Float32Array, width: number): void {
    try {
      this.#codec.decode(bytes, out, width, `Rank ${index + 1} (${this.#lanes[index]!.peerId})`)
    } catch (error) {
      throw blame(error, index + 1)
    }
  }

  async #sendAll(key: FrameKey, bytes: Uint8Array): Promise<void> {
    await Promise.all(this.#lanes.map((lane, index) => blaming(index + 1, () => lane.send(key, bytes))))
  }
}

/** What fails because `signal` aborted is the fault of whatever aborted it. */
async function blaming<Result>(rank: number, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw signal?.aborted ? error : blame(error, rank)
  }
}

class StarMember implements Collective {
  readonly rank: number
  readonly worldSize: number
  readonly #lane: Lane
  readonly #rounds: Rounds
  readonly #codec: WireCodec
  readonly #leader = () => `The leader (${this.#lane.peerId})`

  constructor(rank: number, worldSize: number, lane: Lane, rounds: Rounds, codec: WireCodec) {
    this.rank = rank
    this.worldSize = worldSize
    this.#lane = lane
    this.#rounds = rounds
    this.#codec = codec
  }

  get stats(): CollectiveStats {
    return this.#rounds.stats
  }

  allReduceSum(key: FrameKey, partial: Float32Array, width: number): Promise<Float32Array> {
    return this.#rounds.timed(this.#leader, async (signal) => {
      await this.#lane.send(key, this.#codec.encode(partial, width, `Rank ${this.rank} (this device)`))
      const bytes = await this.#lane.receive(key, signal)
      const sum = new Float32Array(partial.length)
      this.#codec.decode(bytes, sum, width, this.#leader())
      return sum
    })
  }

  gather(key: FrameKey, mine: Uint8Array): Promise<null> {
    return this.#rounds.untimed(undefined, async () => {
      await this.#lane.send(key, mine)
      return null
    })
  }

  broadcast(key: FrameKey, _payload: Uint8Array | null, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#rounds.untimed(signal, (round) => this.#lane.receive(key, round))
  }

  close(): void {
    this.#rounds.close()
  }
}
