// The first screen: one thing to do, one other way in, and what this device can give.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceProfile } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-notice.ts'
import './hr-this-device.ts'
import { shared } from './styles.ts'

/** @fires hr-command `start-room`, `open-link` */
@customElement('hr-start')
export class HrStart extends LitElement {
  @property({ attribute: false }) profile: DeviceProfile | null = null
  /** Is this device being measured? */
  @property({ type: Boolean }) measuring = false
  @property({ type: Boolean }) starting = false
  @property({ type: Boolean }) secure = isSecureContext

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 2.5rem; max-width: 40rem; margin-inline: auto; padding-block: clamp(1.5rem, 7vh, 5rem) 1rem; }
      .lead { font-size: 1.125rem; color: var(--muted); margin-top: 0.875rem; max-width: 34rem; text-wrap: pretty; }
      .primary { margin-top: 1.75rem; }
      form .row { flex-wrap: nowrap; margin-top: 0.5rem; }
      hr { border: 0; border-top: 1px solid var(--line); width: 100%; margin: 0; }
      @media (max-width: 30rem) { .primary { width: 100%; } }
    `,
  ]

  override render() {
    return html`
      <section>
        <h1 tabindex="-1">One language model, carried by everyone’s devices</h1>
        <p class="lead">
          Start a room, let people scan its code, and every phone and laptop takes a share of the model.
          What you write stays between the devices in the room.
        </p>
        <button class="primary large" data-testid="start-room" ?disabled=${this.starting} @click=${this.#start}>
          ${this.starting ? 'Starting…' : 'Start a room'}
        </button>
      </section>
      ${
        this.secure
          ? null
          : html`<hr-notice tone="warning" heading="This address is not secure"
              message="Browsers switch off the GPU, storage and encryption on plain http. Open the https address that the server printed at its start."></hr-notice>`
      }
      <form @submit=${this.#open}>
        <label for="link">Have a link to a room?</label>
        <div class="row">
          <input id="link" name="link" type="url" inputmode="url" autocomplete="off" spellcheck="false" required
            placeholder="https://…/#/room/…" data-testid="link-field" />
          <button data-testid="open-link">Open</button>
        </div>
      </form>
      <hr />
      <hr-this-device .profile=${this.profile} ?measuring=${this.measuring}></hr-this-device>
    `
  }

  #start() {
    this.dispatchEvent(new CommandEvent({ kind: 'start-room' }))
  }

  #open(event: SubmitEvent) {
    event.preventDefault()
    const link = this.renderRoot.querySelector('input')?.value.trim() ?? ''
    if (link) this.dispatchEvent(new CommandEvent({ kind: 'open-link', link }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-start': HrStart
  }
}
