// Beneath an answer: how likely each of its tokens was. What shows it is fetched when somebody opens it.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import type { AnswerTokens } from './answer-tokens.ts'

@customElement('hr-answer-tokens')
export class HrAnswerTokens extends LitElement {
  @property({ attribute: false }) tokens!: AnswerTokens
  @state() panel: 'closed' | 'fetching' | 'here' | 'missing' = 'closed'

  static override styles = [shared, css`:host { display: block; } details[open] { padding-block-end: 0.5rem; }`]

  override render() {
    const words = laterTexts().work
    return html`<details data-testid="answer-tokens" @toggle=${this.#toggled}>
      <summary class="small">${words.probabilities}</summary>
      ${this.panel === 'missing' ? html`<p class="small muted">${words.missing}</p>` : null}
      ${this.panel === 'here' ? html`<hr-token-probabilities .records=${this.tokens.records}></hr-token-probabilities>` : null}
    </details>`
  }

  async #toggled({ currentTarget }: Event) {
    if (!(currentTarget instanceof HTMLDetailsElement)) return
    if (!currentTarget.open || this.panel === 'here') return
    this.panel = 'fetching'
    try {
      await import('../room-work/hr-token-probabilities.ts')
      this.panel = 'here'
    } catch (error) {
      console.warn('The probabilities of tokens could not be shown.', error)
      this.panel = 'missing'
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-answer-tokens': HrAnswerTokens
  }
}
