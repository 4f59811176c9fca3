/** How near to the end, in CSS pixels, counts as reading along. */
const nearEnd = 48

/** Keeps a log that scrolls at its newest line, unless somebody has scrolled up. */
export class EndFollower {
  /** Is the newest line what people want to see? */
  follows = true
  #log: Element | null = null
  /** A keyboard that opens takes from the log's height, and a window that turns changes its lines. */
  readonly #resized = new ResizeObserver(() => this.follow(this.#log))

  /** To be called when the log was scrolled. */
  scrolled({ currentTarget: log }: Event): void {
    if (log instanceof HTMLElement) this.follows = log.scrollHeight - log.scrollTop - log.clientHeight < nearEnd
  }

  /** To be called when the log has grown. */
  follow(log: Element | null): void {
    if (log && this.follows) log.scrollTop = log.scrollHeight
  }

  /** Turns render after their log, so the end is where it will be only once the newest has. */
  async settle(root: ParentNode): Promise<void> {
    await [...root.querySelectorAll('hr-turn')].at(-1)?.updateComplete
    const log = root.querySelector('.log')
    if (log !== this.#log) {
      this.#resized.disconnect()
      if (log) this.#resized.observe(log)
      this.#log = log
    }
    this.follow(log)
  }
}
