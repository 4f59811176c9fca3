// Beneath an answer: how likely each of its tokens was. What shows it is fetched when somebody opens it.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { LaterPart } from '../later-part.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import type { AnswerTokens } from './answer-tokens.ts'

@customElement('hr-answer-tokens')
export class HrAnswerTokens extends LitElement {
  /** What is known of the answer above. */
  @property({ attribute: false }) tokens!: AnswerTokens
  readonly #panel = new LaterPart(this, () => import('../room-work/hr-token-probabilities.ts'))

  static override styles = [shared, css`:host { display: block; } details[open] { padding-block-end: 0.5rem; }`]

  override render() {
    const words = laterTexts().work
    return html`<details data-testid="answer-tokens" @toggle=${this.#toggled}>
      <summary class="small">${words.probabilities}</summary>
      ${this.#panel.state === 'missing' ? html`<p class="small muted">${words.missing}</p>` : null}
      ${this.#panel.state === 'here' ? html`<hr-token-probabilities .records=${this.tokens.records}></hr-token-probabilities>` : null}
    </details>`
  }

  #toggled({ currentTarget }: Event) {
    if (currentTarget instanceof HTMLDetailsElement && currentTarget.open) void this.#panel.fetch()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-answer-tokens': HrAnswerTokens
  }
}
