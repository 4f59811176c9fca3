import { AnswerTokens } from './answer-tokens.ts'

/** The text of an answer while it is written: it reaches the one element that shows it, past the page's own rendering. */
export class LiveAnswer {
  readonly turnId: string
  text: string
  readonly tokens: AnswerTokens
  readonly #listeners = new Set<(piece: string) => void>()

  constructor(turnId: string, text = '', tokens = new AnswerTokens()) {
    this.turnId = turnId
    this.text = text
    this.tokens = tokens
  }

  push(piece: string): void {
    this.text += piece
    for (const listener of this.#listeners) listener(piece)
  }

  /** `listener` gets every piece that comes from now on; the returned function ends that. */
  follow(listener: (piece: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
