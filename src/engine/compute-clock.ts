// A rank's own clock over its computing: from the moment it has what it needs until it gives its part away.

/** Milliseconds by this thread's clock, which a browser coarsens (to 5 µs where the page is isolated, else to 100 µs). */
export interface ComputeClock {
  /** What was computed before each collective since `reset`, all that lies between two of them added up. */
  readonly roundsMs: readonly number[]
  /** Those added up. */
  readonly totalMs: number
  /** Forgets: another step begins. */
  reset(): void
  /** Goes on, where it does not run. */
  resume(): void
  pause(): void
  /** The computing before this collective is over. */
  endRound(): void
}

export function createComputeClock(now = () => performance.now()): ComputeClock {
  const roundsMs: number[] = []
  let sinceMs: number | null = null
  let roundMs = 0
  const pause = () => {
    if (sinceMs !== null) roundMs += now() - sinceMs
    sinceMs = null
  }
  return {
    roundsMs,
    get totalMs() {
      return roundsMs.reduce((sum, ms) => sum + ms, 0)
    },
    reset() {
      roundsMs.length = 0
      sinceMs = null
      roundMs = 0
    },
    resume() {
      sinceMs ??= now()
    },
    pause,
    endRound() {
      pause()
      roundsMs.push(roundMs)
      roundMs = 0
    },
  }
}
