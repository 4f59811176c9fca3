// What every round over lanes has in common: a time limit that names who is missing, closing, and measuring.
import { HeadroomError, StalledLaneError, throwIfAborted } from '../base/errors.ts'
import type { Lane } from '../net/lane.ts'
import type { CollectiveStats } from './collective.ts'

/** Figures of rounds kept when nobody drains them; the oldest half goes first. */
const mostKept = 8192

export interface RoundLimits {
  /** A round that takes longer rejects `lane-stalled`. */
  stallTimeoutMs: number
  /** Milliseconds of a steady clock. */
  now: () => number
}

/** Runs rounds one after another or side by side. Owns timers and receivers, not the lanes. */
export class Rounds {
  readonly #limits: RoundLimits
  readonly #open = new Set<AbortController>()
  readonly #stats: CollectiveStats
  #closed = false

  constructor(lanes: readonly Lane[], limits: RoundLimits) {
    this.#limits = limits
    this.#stats = statsOf(lanes)
  }

  get stats(): CollectiveStats {
    return this.#stats
  }

  /** Runs `work`, which waits for others, under the time limit and measures it. `missing` says, when time is up, who did not answer. */
  async timed<Result>(missing: () => string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { stallTimeoutMs, now } = this.#limits
    const startMs = now()
    const result = await this.#run(work, (round) => {
      const seconds = stallTimeoutMs / 1000
      const error = () =>
        new StalledLaneError(`${missing()} did not answer for ${seconds} s: remove it or move it closer.`)
      const timer = setTimeout(() => round.abort(error()), stallTimeoutMs)
      return () => clearTimeout(timer)
    })
    keep(this.#stats.durationsMs, now() - startMs)
    return result
  }

  /** Runs `work` for as long as it takes, or until `signal` aborts: sending has the lane's limit, idle waiting has none. Not measured. */
  untimed<Result>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#run(work, (round) => {
      if (!signal) return () => undefined
      const stop = () => round.abort(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      return () => signal.removeEventListener('abort', stop)
    })
  }

  /** Rejects open rounds and all later ones with `aborted`. */
  close(): void {
    this.#closed = true
    for (const round of this.#open) round.abort(closedError())
  }

  async #run<Result>(
    work: (signal: AbortSignal) => Promise<Result>,
    arm: (round: AbortController) => () => void,
  ): Promise<Result> {
    if (this.#closed) throw closedError()
    const round = new AbortController()
    const disarm = arm(round)
    this.#open.add(round)
    try {
      const result = await work(round.signal)
      this.#stats.rounds++
      return result
    } catch (error) {
      throwIfAborted(round.signal)
      round.abort(error)
      throw error
    } finally {
      disarm()
      this.#open.delete(round)
    }
  }
}

/** Adds to a list of figures that somebody drains, or nobody. */
export function keep<Figure>(figures: Figure[], figure: Figure): void {
  if (figures.length >= mostKept) figures.splice(0, mostKept / 2)
  figures.push(figure)
}

function closedError(): HeadroomError {
  return new HeadroomError('aborted', 'The collective was closed: its plan has ended.')
}

/** Lanes outlive plans, so bytes are counted from here on. */
function statsOf(lanes: readonly Lane[]): CollectiveStats {
  const sent = () => lanes.reduce((sum, lane) => sum + lane.bytesSent, 0)
  const received = () => lanes.reduce((sum, lane) => sum + lane.bytesReceived, 0)
  const sentBefore = sent()
  const receivedBefore = received()
  return {
    get bytesSent() {
      return sent() - sentBefore
    },
    get bytesReceived() {
      return received() - receivedBefore
    },
    rounds: 0,
    durationsMs: [],
    moments: [],
  }
}
