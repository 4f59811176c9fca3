// An answer's text. It follows a live answer by itself, at most once a frame, so that a token renders nothing else of the page. Until
// the Markdown library is there, the text stands as it is. The content lies in the light DOM: its styles are those of the turn around it.
import { languageEvent, texts } from '../texts/texts.ts'
import { fetchMarkdown, type GrowingText, growingText, type TextStyle, textStyle } from './growing-text.ts'
import type { LiveAnswer } from './live-answer.ts'
import { ThinkingStream } from './thinking.ts'

/** @fires hr-grown after the words of a frame were added; it crosses shadow roots, for those who keep its end in sight */
export class HrAnswer extends HTMLElement {
  #text = ''
  #live: LiveAnswer | null = null
  /** Pieces of the live answer that wait for the next frame. */
  #pending = ''
  #frame: number | null = null
  #unfollow: (() => void) | null = null
  #style: TextStyle | null = null
  /** What stands there, its marks included. */
  #shown = ''
  #stream: ThinkingStream | null = null
  #thought: GrowingText | null = null
  #answer: GrowingText | null = null

  /** The whole text of an answer that has ended. */
  set text(text: string) {
    this.#text = text
    if (!this.#live && text !== this.#shown) this.#showEnded()
  }

  /** The answer that is being written; null when it has ended. */
  set live(live: LiveAnswer | null) {
    if (live === this.#live) return
    this.#live = live
    if (live) this.#follow(live)
    else this.#showEnded()
  }

  connectedCallback(): void {
    window.addEventListener(languageEvent, this.#renew)
    if (this.#live) this.#follow(this.#live)
    void fetchMarkdown().then(() => this.#dress())
  }

  disconnectedCallback(): void {
    window.removeEventListener(languageEvent, this.#renew)
    this.#unfollow?.()
    this.#unfollow = null
  }

  #follow(live: LiveAnswer): void {
    this.#unfollow?.()
    this.#pending = ''
    this.#unfollow = live.follow((piece) => {
      this.#pending += piece
      this.#frame ??= requestAnimationFrame(() => this.#grow())
    })
    this.#restart(live.text)
  }

  #grow(): void {
    this.#frame = null
    const piece = this.#pending
    this.#pending = ''
    this.#append(piece)
    this.dispatchEvent(new Event('hr-grown', { bubbles: true, composed: true }))
  }

  /** What was streamed stays as it is where it is the answer: only its end is closed off. */
  #showEnded(): void {
    this.#unfollow?.()
    this.#unfollow = null
    if (this.#frame !== null) this.#grow()
    if (this.#shown !== this.#text || !this.#stream) this.#restart(this.#text)
    this.#finish()
  }

  /** Once the library is there. */
  #dress(): void {
    if (this.#style !== textStyle()) this.#renew()
  }

  readonly #renew = () => {
    if (!this.#stream) return
    if (this.#live) this.#follow(this.#live)
    else {
      this.#restart(this.#text)
      this.#finish()
    }
  }

  #restart(text: string): void {
    this.#style = textStyle()
    this.replaceChildren()
    this.#shown = ''
    this.#thought = null
    this.#answer = null
    this.#stream = new ThinkingStream({
      onThought: (piece) => {
        this.#thought ??= this.#newThought()
        this.#thought.append(piece)
      },
      onAnswer: (piece) => {
        this.#answer ??= growingText(this)
        this.#answer.append(piece)
      },
    })
    this.#append(text)
  }

  #append(piece: string): void {
    this.#shown += piece
    this.#stream?.append(piece)
  }

  #finish(): void {
    this.#stream?.finish()
    this.#thought?.finish()
    this.#answer?.finish()
  }

  /** Folded: who wants to read it opens it. */
  #newThought(): GrowingText {
    const details = document.createElement('details')
    details.className = 'thinking'
    const summary = document.createElement('summary')
    summary.textContent = texts.chat.thinking
    details.append(summary)
    this.append(details)
    return growingText(details)
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
