/** Half-open `[start, end)` in whole units (heads, columns, rows). JSON-safe. */
export interface Range {
  readonly start: number
  readonly end: number
}

export function range(start: number, end: number): Range {
  return { start, end }
}

export function rangeLength({ start, end }: Range): number {
  return end - start
}

export function isEmpty({ start, end }: Range): boolean {
  return end <= start
}

/** The common part; empty ranges come back as `{ start, end: start }`. */
export function intersect(a: Range, b: Range): Range {
  const start = Math.max(a.start, b.start)
  return { start, end: Math.max(start, Math.min(a.end, b.end)) }
}

/** The smallest range on multiples of `unit` that covers `r`, not past `limit`; an empty one stays empty. */
export function alignOut(r: Range, unit: number, limit: number): Range {
  if (isEmpty(r)) return { start: r.start, end: r.start }
  return { start: Math.floor(r.start / unit) * unit, end: Math.min(limit, Math.ceil(r.end / unit) * unit) }
}

/** Do the ranges, in order, cover `0..total` exactly, without gap or overlap? Empty ranges are allowed. */
export function tilesExactly(ranges: readonly Range[], total: number): boolean {
  let next = 0
  for (const { start, end } of ranges) {
    if (start !== next || end < start) return false
    next = end
  }
  return next === total
}
