// A model by its name on a public hub. Nothing is asked of the hub before the form is sent, and the page says who will hear of it.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `load-model` */
@customElement('hr-hub')
export class HrHub extends LitElement {
  @property() hubUrl = ''
  /** Is a model being loaded or used, so that no other can be? */
  @property({ type: Boolean }) occupied = false

  static override styles = [
    shared,
    css`
      :host { display: block; }
      form { display: grid; gap: 0.5rem; }
      label { margin-top: 0.25rem; }
      .row { flex-wrap: nowrap; }
    `,
  ]

  override render() {
    const { host } = new URL(this.hubUrl)
    const words = texts.hub
    return html`<details>
      <summary>${words.modelFrom(host)}</summary>
      <form @submit=${this.#load}>
        <label for="name">${words.repository}</label>
        <div class="row">
          <input id="name" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder=${words.repositoryExample}
            aria-describedby="name-hint" data-testid="hub-name" />
          <button data-testid="hub-load" ?disabled=${this.occupied}>${texts.models.load}</button>
        </div>
        <p id="name-hint" class="small muted">${words.repositoryHelp}</p>
        <label for="token">${words.token}</label>
        <input id="token" type="password" autocomplete="off" aria-describedby="token-hint" data-testid="hub-token" />
        <p id="token-hint" class="small muted">${words.tokenHelp(host)}</p>
        <p class="small muted">${words.whoLearns(host)}</p>
      </form>
    </details>`
  }

  #load(event: SubmitEvent) {
    event.preventDefault()
    const written = (id: string) => this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value.trim() ?? ''
    const [model, hubToken] = [written('name'), written('token')]
    if (model === '' || this.occupied) return
    this.dispatchEvent(new CommandEvent({ kind: 'load-model', model, ...(hubToken !== '' && { hubToken }) }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-hub': HrHub
  }
}
