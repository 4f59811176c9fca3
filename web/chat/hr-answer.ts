// An answer's text. It follows a live answer by itself, at most once a frame, so that a token renders nothing else of the page.
// Its content stands in the light DOM: the styles are those of the turn around it.
import type { LiveAnswer } from './live-answer.ts'

export class HrAnswer extends HTMLElement {
  #text = ''
  #shown = ''
  #live: LiveAnswer | null = null
  #unfollow: (() => void) | null = null
  #frame: number | null = null

  /** The whole text of an answer that has ended. */
  set text(text: string) {
    this.#text = text
    this.#show()
  }

  /** The answer that is being written; null when it has ended. */
  set live(live: LiveAnswer | null) {
    if (live === this.#live) return
    this.#live = live
    this.#follow()
  }

  connectedCallback(): void {
    this.#follow()
  }

  disconnectedCallback(): void {
    this.#unfollow?.()
    this.#unfollow = null
  }

  #follow(): void {
    this.#unfollow?.()
    this.#unfollow = this.#live?.follow(() => this.#nextFrame()) ?? null
    this.#show()
  }

  #nextFrame(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null
      this.#show()
      this.dispatchEvent(new Event('hr-grown', { bubbles: true, composed: true }))
    })
  }

  #show(): void {
    const text = this.#live?.text ?? this.#text
    if (text.startsWith(this.#shown)) this.append(text.slice(this.#shown.length))
    else this.replaceChildren(text)
    this.#shown = text
  }
}

customElements.define('hr-answer', HrAnswer)

declare global {
  interface HTMLElementTagNameMap {
    'hr-answer': HrAnswer
  }
  interface HTMLElementEventMap {
    'hr-grown': Event
  }
}
