let lastMs = 0

/** The time of day, later with each call: what happens within one millisecond keeps its order. */
export function uniqueNowMs(): number {
  lastMs = Math.max(Date.now(), lastMs + 1)
  return lastMs
}
