// A model of a public hub, searched or by its name. Nothing is asked of the hub before a form is sent, and the page says who hears of it.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import './models/hr-fit.ts'
import './models/hr-hub-search.ts'
import { type FitView, quietWork } from './models/model-work.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** @fires hr-command `load-model`, and what `hr-hub-search` fires */
@customElement('hr-hub')
export class HrHub extends LitElement {
  /** Named before anything is asked of it. */
  @property() hubUrl = ''
  /** What was found, and how the chosen model fits. */
  @property({ attribute: false }) work = quietWork
  /** Is the hub being asked? */
  @property({ type: Boolean }) asking = false
  @state() token = ''
  /** Is a model being loaded or used, so that no other can be? */
  @property({ type: Boolean }) occupied = false

  static override styles = [
    shared,
    css`
      :host { display: block; }
      details[open] { display: grid; gap: 0.75rem; }
      hr-fit, hr-hub-search, form { margin-block: 0.5rem; }
      form { display: grid; gap: 0.5rem; }
      h3 { font-size: 0.9375rem; margin: 0.5rem 0 0; }
      label { margin-top: 0.25rem; }
      .row { flex-wrap: nowrap; }
    `,
  ]

  override render() {
    const { host } = new URL(this.hubUrl)
    const fit =
      this.work.fit && typeof this.work.fit.model === 'string' && this.work.fit.model.includes('/')
        ? this.work.fit
        : null
    const words = laterTexts().hub
    return html`<details>
      <summary>${words.modelFrom(host)}</summary>
      <hr-hub-search .hub=${this.work.hub} .token=${this.token} chosen=${fit ? String(fit.model) : ''} ?asking=${this.asking}></hr-hub-search>
      ${
        fit
          ? html`<hr-fit .view=${fit}></hr-fit>
            <button class="wide" data-testid="hub-load-chosen" ?disabled=${this.occupied || !fit.fit?.fits} @click=${() => this.#loadChosen(fit)}>${laterTexts().models.load}</button>`
          : null
      }
      <form @submit=${this.#load}>
        <h3>${laterTexts().hubSearch.byName}</h3>
        <label for="name">${words.repository}</label>
        <div class="row">
          <input id="name" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder=${words.repositoryExample}
            aria-describedby="name-hint" data-testid="hub-name" />
          <button data-testid="hub-load" ?disabled=${this.occupied}>${laterTexts().models.load}</button>
        </div>
        <p id="name-hint" class="small muted">${words.repositoryHelp}</p>
        <label for="token">${words.token}</label>
        <input id="token" type="password" autocomplete="off" aria-describedby="token-hint" data-testid="hub-token" @input=${this.#takeToken} />
        <p id="token-hint" class="small muted">${words.tokenHelp(host)}</p>
        <p class="small muted">${words.whoLearns(host)}</p>
      </form>
    </details>`
  }

  #takeToken({ target }: Event) {
    if (target instanceof HTMLInputElement) this.token = target.value.trim()
  }

  #loadChosen({ model, options }: FitView) {
    this.dispatchEvent(new CommandEvent({ kind: 'load-model', model, ...options }))
  }

  #load(event: SubmitEvent) {
    event.preventDefault()
    const model = this.renderRoot.querySelector<HTMLInputElement>('#name')?.value.trim() ?? ''
    if (model === '' || this.occupied) return
    const hubToken = this.token === '' ? {} : { hubToken: this.token }
    this.dispatchEvent(new CommandEvent({ kind: 'load-model', model, ...hubToken }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-hub': HrHub
  }
}
