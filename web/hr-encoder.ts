// What stands where the chat is while the room's model embeds text: comparing sentences, and guessing words where the model does.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { EncoderAbilities, RoomView } from '../src/index.ts'
import type { Comparison, FilledMask } from './encoder-work.ts'
import './hr-compare.ts'
import './hr-fill-mask.ts'
import { sendObstacle } from './obstacle.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

@customElement('hr-encoder')
export class HrEncoder extends LitElement {
  /** Says whether the model can be asked now. */
  @property({ attribute: false }) view!: RoomView
  /** Of the loaded model: guessing words is offered where it has a mask. */
  @property({ attribute: false }) abilities!: EncoderAbilities
  /** Of the last sentences; null before the first. */
  @property({ attribute: false }) comparison: Comparison | null = null
  /** Of the last text with a mask; null before the first. */
  @property({ attribute: false }) filled: FilledMask | null = null

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1rem; align-content: start; padding-bottom: 1.5rem; }
      header { display: grid; gap: 0.25rem; padding-block: 0.5rem; }
    `,
  ]

  override render() {
    const { state } = this.view
    const { maskText } = this.abilities
    const working = state.kind === 'generating'
    const obstacle = sendObstacle(state)
    return html`
      <header>
        <h2>${laterTexts().encoder.heading}</h2>
        <p class="muted">${laterTexts().encoder.lead}</p>
      </header>
      <section class="card">
        <hr-compare .result=${this.comparison} .obstacle=${obstacle} ?working=${working}></hr-compare>
      </section>
      ${
        maskText === null
          ? null
          : html`<section class="card">
              <hr-fill-mask maskText=${maskText} .result=${this.filled} .obstacle=${obstacle} ?working=${working}></hr-fill-mask>
            </section>`
      }
    `
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-encoder': HrEncoder
  }
}
