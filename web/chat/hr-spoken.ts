// What screen readers hear of an answer: whole sentences, when they are there, in a polite live region. The log itself is silent: its
// blocks are rendered anew while they grow.
import { texts } from '../texts/texts.ts'
import type { LiveAnswer } from './live-answer.ts'
import { SentenceStream } from './sentences.ts'
import { ThinkingStream } from './thinking.ts'

/** Sentences that stay in the region: readers have heard those before. */
const keptSentences = 8

export class HrSpoken extends HTMLElement {
  #live: LiveAnswer | null = null
  #unfollow: (() => void) | null = null
  #end: (() => void) | null = null
  readonly #region = document.createElement('div')

  constructor() {
    super()
    this.#region.role = 'status'
    this.#region.ariaLive = 'polite'
    this.#region.ariaAtomic = 'false'
  }

  connectedCallback(): void {
    this.className = 'visually-hidden'
    this.append(this.#region)
  }

  disconnectedCallback(): void {
    this.#unfollow?.()
  }

  /** The answer to speak; null when there is none, or none any more. */
  set live(live: LiveAnswer | null) {
    if (live === this.#live) return
    this.#unfollow?.()
    this.#end?.()
    this.#unfollow = null
    this.#end = null
    this.#live = live
    if (live) this.#speak(live)
  }

  #speak(live: LiveAnswer): void {
    this.#region.replaceChildren()
    const sentences = new SentenceStream(texts.language, (sentence) => this.#say(sentence))
    const spoken = new ThinkingStream({ onThought: () => undefined, onAnswer: (piece) => sentences.append(piece) })
    spoken.append(live.text)
    this.#unfollow = live.follow((piece) => spoken.append(piece))
    this.#end = () => {
      spoken.finish()
      sentences.finish()
    }
  }

  #say(sentence: string): void {
    const line = document.createElement('p')
    line.dir = 'auto'
    line.textContent = sentence
    this.#region.append(line)
    while (this.#region.childElementCount > keptSentences) this.#region.firstElementChild?.remove()
  }
}

customElements.define('hr-spoken', HrSpoken)

declare global {
  interface HTMLElementTagNameMap {
    'hr-spoken': HrSpoken
  }
}
