// Which numbers of a sender's letters have been taken: any order, each once, and none that is far behind the newest (as RFC 4303, 3.4.3).

/** More than can be under way at once. */
const WINDOW = 4096

export class ReplayWindow {
  readonly #taken = new Set<number>()
  #newest = -1

  /** Was it neither taken nor passed by? */
  isFresh(number: number): boolean {
    return number > this.#newest - WINDOW && !this.#taken.has(number)
  }

  take(number: number): void {
    this.#taken.add(number)
    this.#newest = Math.max(this.#newest, number)
    if (this.#taken.size <= 2 * WINDOW) return
    for (const old of this.#taken) if (old <= this.#newest - WINDOW) this.#taken.delete(old)
  }
}
