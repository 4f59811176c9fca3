// The one thing to do in a room without a model: load the one that is chosen, in one tap. Others are a tap away.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { CatalogueModel } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { firstModel } from './first-model.ts'
import './hr-fit.ts'
import { quietWork } from './model-work.ts'

/**
 * @fires hr-command what loads the model: `load-model` or `load-again`
 * @fires hr-choose-model when another one is wanted
 */
@customElement('hr-first-model')
export class HrFirstModel extends LitElement {
  /** null while the server is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** What was chosen, and what this device’s rooms ran last. */
  @property({ attribute: false }) work = quietWork
  /** Has a model been asked for that is not loaded yet? */
  @property({ type: Boolean }) loading = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.25rem; justify-items: center; text-align: start; }
      .large { max-width: 100%; height: auto; padding-block: 0.75rem; text-wrap: balance; overflow-wrap: anywhere; }
      hr-fit { margin-block-start: 0.5rem; }
      @media (max-width: 30rem) { .large { width: 100%; padding-inline: 1rem; font-size: 1rem; } }
    `,
  ]

  override render() {
    const words = laterTexts().loading
    const first = firstModel(this.models, this.work)
    const { fit } = this.work
    if (!first) return html`<button data-testid="choose-model" @click=${this.#choose}>${words.choose}</button>`
    const tooLarge = fit?.fit?.fits === false
    const load = () => this.dispatchEvent(new CommandEvent(first.command))
    return html`<button class="primary large" data-testid="load-first" ?disabled=${this.loading || tooLarge} @click=${load}>
        ${this.loading ? laterTexts().models.loading : words.loadNamed(first.name, first.sizeBytes)}
      </button>
      <button class="quiet" data-testid="choose-model" ?disabled=${this.loading} @click=${this.#choose}>${words.another}</button>
      ${fit?.error || tooLarge ? html`<hr-fit .view=${fit}></hr-fit>` : null}`
  }

  #choose() {
    this.dispatchEvent(new Event('hr-choose-model', { bubbles: true, composed: true }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-first-model': HrFirstModel
  }
  interface HTMLElementEventMap {
    'hr-choose-model': Event
  }
}
