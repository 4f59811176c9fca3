/** Two sentences, counted from 1, and how alike they are. */
export interface Pair {
  pair: readonly [number, number]
  value: number
}

/** The pairs that are most and least alike; null for fewer than two sentences. */
export function likenessExtremes(likeness: readonly (readonly number[])[]): { most: Pair; least: Pair } | null {
  const pairs = likeness.flatMap((row, first) =>
    row.slice(first + 1).map((value, later): Pair => ({ pair: [first + 1, first + later + 2], value })),
  )
  pairs.sort((a, b) => b.value - a.value)
  const [most, least] = [pairs[0], pairs.at(-1)]
  return most && least ? { most, least } : null
}
