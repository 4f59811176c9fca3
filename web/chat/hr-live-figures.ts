// The figures of an answer while it is written, four times a second and past the page's own rendering. Screen readers are spared: they
// hear the answer, and find the figures beneath it when it has ended.
import type { AnswerTokens } from './answer-tokens.ts'
import { figureWords } from './figure-words.ts'

const intervalMs = 250

export class HrLiveFigures extends HTMLElement {
  #tokens: AnswerTokens | null = null
  #timer: ReturnType<typeof setInterval> | undefined

  set tokens(tokens: AnswerTokens | null) {
    if (tokens === this.#tokens) return
    this.#tokens = tokens
    this.#show()
  }

  connectedCallback(): void {
    this.ariaHidden = 'true'
    this.#timer = setInterval(() => this.#show(), intervalMs)
    this.#show()
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer)
  }

  #show(): void {
    const figures = this.#tokens?.figures
    const words = figures ? figureWords(figures) : []
    while (this.childElementCount > words.length) this.lastElementChild?.remove()
    for (const [index, text] of words.entries()) {
      const part = this.children[index] ?? this.appendChild(document.createElement('span'))
      if (part.textContent !== text) part.textContent = text
    }
  }
}

customElements.define('hr-live-figures', HrLiveFigures)

declare global {
  interface HTMLElementTagNameMap {
    'hr-live-figures': HrLiveFigures
  }
}
