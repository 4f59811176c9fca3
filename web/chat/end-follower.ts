/** How near to the end, in CSS pixels, counts as reading along. */
const nearEnd = 48

/** Keeps a log that scrolls at its newest line, unless somebody has scrolled up. */
export class EndFollower {
  #follows = true
  readonly #changed: () => void
  #log: Element | null = null
  #newest: Element | null = null
  /** Where the log stood when it was last scrolled, by whomever. */
  #top = 0
  /** A keyboard that opens takes from the log's height; what a turn shows may get its size later than the turn. */
  readonly #resized = new ResizeObserver(() => this.follow(this.#log))

  /** `changed` is called when somebody scrolls away from the end, or back. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Is the newest line what people want to see? */
  get follows(): boolean {
    return this.#follows
  }

  set follows(follows: boolean) {
    if (follows === this.#follows) return
    this.#follows = follows
    this.#changed()
  }

  /** Back to the newest line. */
  toEnd(): void {
    this.follows = true
    this.follow(this.#log)
  }

  /** To be called when the log was scrolled. It hears late, when the log may have grown since: only who goes up leaves the end. */
  scrolled({ currentTarget: log }: Event): void {
    if (!(log instanceof HTMLElement)) return
    const { scrollTop, scrollHeight, clientHeight } = log
    if (scrollHeight - scrollTop - clientHeight < nearEnd) this.follows = true
    else if (scrollTop < this.#top) this.follows = false
    this.#top = scrollTop
  }

  /** To be called when the log has grown. */
  follow(log: Element | null): void {
    if (!log || !this.follows) return
    log.scrollTop = log.scrollHeight
    this.#top = log.scrollTop
  }

  /** Turns render after their log, so the end is where it will be only once the newest has. */
  async settle(root: ParentNode): Promise<void> {
    const newest = [...root.querySelectorAll('hr-turn')].at(-1) ?? null
    await newest?.updateComplete
    const log = root.querySelector('.log')
    if (log !== this.#log || newest !== this.#newest) this.#watch(log, newest)
    this.follow(log)
  }

  #watch(log: Element | null, newest: Element | null): void {
    this.#resized.disconnect()
    for (const element of [log, newest]) if (element) this.#resized.observe(element)
    this.#log = log
    this.#newest = newest
  }
}
