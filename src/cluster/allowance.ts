// How much a peer may say: a burst, and then so many messages a second (a token bucket).

/** Each call is one message; false: it came too soon after too many others. */
export function allowance(
  burst: number,
  perSecond: number,
  nowMs: () => number = () => performance.now(),
): () => boolean {
  let left = burst
  let lastMs = nowMs()
  return () => {
    const now = nowMs()
    left = Math.min(burst, left + ((now - lastMs) / 1000) * perSecond)
    lastMs = now
    if (left < 1) return false
    left--
    return true
  }
}
