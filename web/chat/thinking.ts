// What a model thinks before it answers: `<think>…</think>` at the answer's start, told apart while it streams.

const [opening, closing] = ['<think>', '</think>'] as const

export interface ThinkingListener {
  onThought(piece: string): void
  onAnswer(piece: string): void
}

/** Hands on every piece once, marks left out, and keeps back only what may still become a mark. */
export class ThinkingStream {
  /** `done`: what comes now is the answer. */
  phase: 'begin' | 'thinking' | 'done' = 'begin'
  readonly #listener: ThinkingListener
  #held = ''
  /** White space between the thought and the answer belongs to neither. */
  #isBetween = false

  constructor(listener: ThinkingListener) {
    this.#listener = listener
  }

  append(piece: string): void {
    this.#held += piece
    if (this.phase === 'begin') this.#begin()
    if (this.phase === 'thinking') this.#think()
    if (this.phase === 'done') this.#handOn(this.#held.length)
  }

  /** Nothing more will come: what was kept back is no mark. */
  finish(): void {
    if (this.phase === 'begin') this.phase = 'done'
    this.#handOn(this.#held.length)
  }

  #begin(): void {
    const text = this.#held.trimStart()
    if (text.startsWith(opening)) {
      this.phase = 'thinking'
      this.#held = text.slice(opening.length)
    } else if (!opening.startsWith(text)) this.phase = 'done'
  }

  #think(): void {
    const end = this.#held.indexOf(closing)
    if (end === -1) {
      const kept = longestMarkBeginning(this.#held)
      this.#handOn(this.#held.length - kept)
      return
    }
    this.#handOn(end)
    this.#held = this.#held.slice(closing.length)
    this.phase = 'done'
    this.#isBetween = true
  }

  #handOn(length: number): void {
    const taken = this.#held.slice(0, length)
    const piece = this.#isBetween ? taken.trimStart() : taken
    this.#held = this.#held.slice(length)
    if (piece === '') return
    this.#isBetween = false
    if (this.phase === 'thinking') this.#listener.onThought(piece)
    else this.#listener.onAnswer(piece)
  }
}

/** How many characters at the end of `text` could be the beginning of the closing mark. */
function longestMarkBeginning(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length--)
    if (closing.startsWith(text.slice(-length))) return length
  return 0
}
