// The way into the room for others: QR code, link, copy, share; and which of this computer's addresses they should use.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { Copying } from './copying.ts'
import './hr-notice.ts'
import './hr-qr.ts'
import './hr-room-words.ts'
import { copyIcon, presentIcon, shareIcon } from './icons.ts'
import { type Address, linkAt } from './room-link.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-present when the invitation is to be shown large */
@customElement('hr-invite')
export class HrInvite extends LitElement {
  /** The room's link, by any address. */
  @property() link = ''
  /** Addresses that guests can open, best first; null until the server has told. */
  @property({ attribute: false }) addresses: readonly Address[] | null = null
  /** Do browsers warn of this server’s certificate? */
  @property({ type: Boolean }) selfSigned = false
  @state() chosen = 0
  /** Did the browser refuse to copy, so that people do it themselves? */
  @state() selected = false
  readonly #copying = new Copying(this)

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1rem; }
      .code { display: grid; justify-items: center; }
      hr-qr { width: min(100%, 24rem); }
      input { font-size: 0.875rem; text-overflow: ellipsis; }
      .actions { display: flex; gap: 0.5rem; }
      .actions button { flex: 1; }
    `,
  ]

  /** The invitation people get: at the chosen address, or as the room gave it when there is none. */
  get invitation(): string {
    const address = this.addresses?.[this.chosen]
    return address ? linkAt(address, this.link) : this.link
  }

  override render() {
    const { invitation, addresses } = this
    const words = laterTexts().invite
    const copied = this.#copying.outcome === 'copied'
    return html`
      <div class="code"><hr-qr .text=${invitation}></hr-qr></div>
      <p class="muted small">${words.scan}</p>
      ${
        addresses?.length === 0
          ? html`<hr-notice tone="warning" heading=${words.onlyHere} message=${words.onlyHereHelp}></hr-notice>`
          : null
      }
      ${addresses && addresses.length > 1 ? this.#addressChoice(addresses) : null}
      <div>
        <label class="visually-hidden" for="link">${words.link}</label>
        <input id="link" type="text" readonly data-testid="room-link" .value=${invitation} @focus=${this.#select} />
      </div>
      <div class="actions">
        <button data-testid="copy-link" @click=${this.#copy}>${copyIcon} ${copied ? words.copied : words.copy}</button>
        ${'share' in navigator ? html`<button @click=${this.#share}>${shareIcon} ${words.share}</button>` : null}
      </div>
      <button data-testid="open-present" @click=${this.#present}>${presentIcon} ${texts.present.open}</button>
      <p class="visually-hidden" role="status">${copied ? words.linkCopied : ''}</p>
      ${this.selected ? html`<p class="small muted" role="status">${words.copyRefused}</p>` : null}
      <hr-room-words link=${invitation}></hr-room-words>
      ${this.selfSigned && invitation.startsWith('https:') ? this.#certificateHelp() : null}
    `
  }

  #addressChoice(addresses: readonly Address[]) {
    return html`<div class="stack">
      <label for="address">${laterTexts().invite.address}</label>
      <select id="address" data-testid="address" @change=${this.#choose}>
        ${addresses.map(({ name, url }, index) => html`<option value=${index} ?selected=${index === this.chosen}>${laterTexts().invite.addressOf(new URL(url).host, name ?? laterTexts().invite.thisAddress)}</option>`)}
      </select>
      <p class="small muted">${laterTexts().invite.addressHelp}</p>
    </div>`
  }

  #certificateHelp() {
    return html`<details class="small">
      <summary>${laterTexts().invite.warning}</summary>
      <p class="muted">${laterTexts().invite.warningHelp}</p>
    </details>`
  }

  #choose(event: Event) {
    if (event.target instanceof HTMLSelectElement) this.chosen = event.target.selectedIndex
    this.selected = false
    this.#copying.forget()
  }

  #select() {
    this.renderRoot.querySelector('input')?.select()
  }

  #present() {
    this.dispatchEvent(new Event('hr-present'))
  }

  async #copy() {
    this.selected = !(await this.#copying.copy(this.invitation))
    if (this.selected) this.renderRoot.querySelector('input')?.focus()
  }

  async #share() {
    try {
      await navigator.share({ title: laterTexts().invite.shareTitle, url: this.invitation })
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) await this.#copy()
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-invite': HrInvite
  }
  interface HTMLElementEventMap {
    'hr-present': Event
  }
}
