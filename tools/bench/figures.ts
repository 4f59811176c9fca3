// The arithmetic of a benchmark: medians, ranges, ratios.

export interface Speed {
  tokensPerSecond: number
  min: number
  max: number
}

/** The middle value, or the mean of the two in the middle. Throws `RangeError` for no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('There is no median of no values.')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Median and range over runs. */
export function speedOf(runs: readonly { tokens: number; ms: number }[]): Speed {
  const speeds = runs.map(({ tokens, ms }) => (1000 * tokens) / ms)
  return { tokensPerSecond: median(speeds), min: Math.min(...speeds), max: Math.max(...speeds) }
}

/** Ours over theirs, medians; null where there is no peer. */
export function ratio(ours: Speed, peer: Speed | null): number | null {
  return peer === null ? null : ours.tokensPerSecond / peer.tokensPerSecond
}

/** The faster of the peers that ran. */
export function faster<Peer extends Speed>(peers: readonly (Peer | null)[]): Peer | null {
  return peers.reduce(
    (best, peer) => (peer && (!best || peer.tokensPerSecond > best.tokensPerSecond) ? peer : best),
    null,
  )
}
