// Answers that other tabs write, and their ends: a tab that is closed in the middle of one tells nobody, but the browser frees its lock.
import { whenUnwritten } from './answer-lock.ts'
import type { Turn } from './turn.ts'

export class OthersAnswers {
  readonly #awaited = new Set<string>()
  readonly #closed = new AbortController()
  readonly #ended: () => void

  /** `ended` is called when nobody writes an answer any more that was watched. */
  constructor(ended: () => void) {
    this.#ended = ended
  }

  /** `own` is the id of the answer that this tab writes. */
  watch(turns: readonly Turn[], own: string | null): void {
    for (const { id, state } of turns)
      if (state === 'streaming' && id !== own && !this.#awaited.has(id)) void this.#await(id)
  }

  close(): void {
    this.#closed.abort()
  }

  async #await(turnId: string): Promise<void> {
    this.#awaited.add(turnId)
    await whenUnwritten(turnId, this.#closed.signal)
    this.#awaited.delete(turnId)
    if (!this.#closed.signal.aborted) this.#ended()
  }
}
