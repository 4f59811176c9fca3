/** The text of an answer while it is written: it reaches the one element that shows it, past the page's own rendering. */
export class LiveAnswer {
  readonly turnId: string
  text: string
  readonly #listeners = new Set<() => void>()

  constructor(turnId: string, text = '') {
    this.turnId = turnId
    this.text = text
  }

  push(piece: string): void {
    this.text += piece
    for (const listener of this.#listeners) listener()
  }

  /** `listener` is called after every piece; the returned function ends that. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
