// A model by its name on a public hub. Nothing is asked of the hub before the form is sent, and the page says who will hear of it.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import { shared } from './styles.ts'

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
    return html`<details>
      <summary>A model from ${host}</summary>
      <form @submit=${this.#load}>
        <label for="name">Repository</label>
        <div class="row">
          <input id="name" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="owner/name"
            aria-describedby="name-hint" data-testid="hub-name" />
          <button data-testid="hub-load" ?disabled=${this.occupied}>Load</button>
        </div>
        <p id="name-hint" class="small muted">One GGUF of several: owner/name:Q4_K_M. One version: owner/name@revision.</p>
        <label for="token">Token, for a gated model</label>
        <input id="token" type="password" autocomplete="off" aria-describedby="token-hint" data-testid="hub-token" />
        <p id="token-hint" class="small muted">
          Kept in this page’s memory alone and sent to ${host} only. The room’s other devices get a gated model’s parts from this one.
        </p>
        <p class="small muted">When you press Load, each device of the room fetches its share from ${host}, which learns their address and the model.</p>
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
