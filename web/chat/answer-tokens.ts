// What is known of an answer's tokens, while it is written and after. Only in memory: a reload of the page forgets it.
import type { AnswerFigures, TokenRecord } from '../../src/index.ts'

/** Tokens that are kept, the newest; about 1 MB. */
const mostRecords = 2_048

export class AnswerTokens {
  #records: TokenRecord[]
  #count = 0
  readonly #startedMs = performance.now()
  #firstMs: number | null = null
  /** Added up over the tokens that no prompt was read for. */
  readonly #measured = { steps: 0, ms: 0, bytes: 0, rounds: 0 }

  /** `earlier`: those of an answer that is continued. */
  constructor(earlier: readonly TokenRecord[] = []) {
    this.#records = [...earlier]
  }

  get records(): readonly TokenRecord[] {
    return this.#records
  }

  add(records: readonly TokenRecord[]): void {
    if (records.length === 0) return
    this.#firstMs ??= performance.now()
    this.#count += records.length
    this.#records.push(...records)
    // Cut seldom, so that a token costs the same however long the answer is.
    if (this.#records.length > 2 * mostRecords) this.#records = this.#records.slice(-mostRecords)
    for (const { step } of records) {
      if (step.promptTokens !== null) continue
      this.#measured.steps++
      this.#measured.ms += step.stepMs
      this.#measured.bytes += step.bytes
      this.#measured.rounds += step.rounds
    }
  }

  /** Of what has come so far, the first token by this page's clock; null before it. */
  get figures(): AnswerFigures | null {
    if (this.#firstMs === null) return null
    const { steps, ms, bytes, rounds } = this.#measured
    return {
      timeToFirstTokenMs: this.#firstMs - this.#startedMs,
      tokensPerSecond: ms > 0 ? (1000 * steps) / ms : null,
      tokenCount: this.#count,
      bytesPerToken: steps > 0 ? bytes / steps : null,
      roundsPerToken: steps > 0 ? rounds / steps : null,
    }
  }
}
