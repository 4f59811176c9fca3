// Who gets how many units when devices differ in speed and in room. Every sublayer ends in a collective that waits for the slowest
// rank, so the aim is the least maximum of count / speed. Giving each unit to the device that would finish it first (D'Hondt's method)
// reaches it, also under capacities: a full device is passed over and the water rises in the others.

/**
 * Counts per device, each at most its capacity, that make the slowest device's `count / speed` least; ties to the lower rank.
 * They add up to `total`, or to less where the capacities do.
 */
export function fillBySpeed(total: number, speeds: readonly number[], capacities: readonly number[]): number[] {
  const countsAfter = (time: number) =>
    speeds.map((speed, rank) => Math.min(total, capacities[rank]!, Math.floor(speed * time)))
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)

  let early = 0
  let late = (total + 1) / Math.min(...speeds)
  for (let halving = 0; halving < 64; halving++) {
    const time = (early + late) / 2
    if (sum(countsAfter(time)) <= total) early = time
    else late = time
  }
  const counts = countsAfter(early)
  for (let left = total - sum(counts); left > 0; left--) {
    let first = -1
    for (let rank = 0; rank < counts.length; rank++) {
      if (counts[rank]! >= capacities[rank]!) continue
      if (first < 0 || (counts[rank]! + 1) / speeds[rank]! < (counts[first]! + 1) / speeds[first]!) first = rank
    }
    if (first < 0) break
    counts[first]! += 1
  }
  return counts
}
