// Hamilton's method (largest remainder) in exact integers, so that every device computes the same cut.

/**
 * Cuts `total` units in proportion to `shares` (non-negative integers, not all zero): whole quotas first, what is left over to the
 * largest remainders, ties to the lower rank. The counts add up to `total`; a count may be 0.
 */
export function apportion(total: number, shares: readonly number[]): number[] {
  const parts = shares.map((share) => BigInt(share) * BigInt(total))
  const sum = shares.reduce((all, share) => all + BigInt(share), 0n)
  const counts = parts.map((part) => Number(part / sum))
  const leftOver = total - counts.reduce((all, count) => all + count, 0)
  const byRemainder = parts
    .map((part, rank) => ({ rank, remainder: part % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.rank - b.rank : a.remainder > b.remainder ? -1 : 1))
  for (const { rank } of byRemainder.slice(0, leftOver)) counts[rank]! += 1
  return counts
}
