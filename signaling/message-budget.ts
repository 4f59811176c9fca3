// A token bucket: `burst` messages at once, `perSecond` in the long run.
export interface MessageBudget {
  /** Takes one message; false when there is none left. */
  take(): boolean
}

/** `nowMs` is any clock that never goes back. */
export function createMessageBudget(perSecond: number, burst: number, nowMs = () => performance.now()): MessageBudget {
  let left = burst
  let filledAtMs = nowMs()
  return {
    take() {
      const now = nowMs()
      left = Math.min(burst, left + ((now - filledAtMs) / 1000) * perSecond)
      filledAtMs = now
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
