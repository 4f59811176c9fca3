// How fast bytes come, from what was measured over the last seconds: a burst or a pause of one moment shows, but does not rule.
const windowMs = 5_000

interface Sample {
  atMs: number
  bytes: number
}

export class DownloadRate {
  #samples: Sample[] = []

  /** `bytes` have come so far. Fewer than before: another download has begun. */
  add(atMs: number, bytes: number): void {
    const last = this.#samples.at(-1)
    if (last && bytes < last.bytes) this.#samples = []
    this.#samples = [...this.#samples.filter((sample) => atMs - sample.atMs <= windowMs), { atMs, bytes }]
  }

  /** null until two moments apart are known. */
  get bytesPerSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.atMs - first.atMs < 500) return null
    return (1000 * (last.bytes - first.bytes)) / (last.atMs - first.atMs)
  }

  /** What `bytes` more would take at this rate; null where nothing comes. */
  secondsFor(bytes: number): number | null {
    const rate = this.bytesPerSecond
    return rate === null || rate <= 0 ? null : bytes / rate
  }
}
