// The first screen: one thing to do, one other way in, and what this device can give.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { DeviceProfile } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-notice.ts'
import './hr-this-device.ts'
import { closeIcon, scanIcon } from './icons.ts'
import type { KnownRoom } from './known-rooms.ts'
import { LaterPart } from './later-part.ts'
import type { FirstModel } from './models/first-model.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `start-room`, `open-link`, `forget-room` */
@customElement('hr-start')
export class HrStart extends LitElement {
  /** null until this device has measured itself. */
  @property({ attribute: false }) profile: DeviceProfile | null = null
  /** What a room is offered first; null: not known. */
  @property({ attribute: false }) model: FirstModel | null = null
  /** Is this device being measured? */
  @property({ type: Boolean }) measuring = false
  /** Is a room being opened? */
  @property({ type: Boolean }) starting = false
  /** That this device was a guest of, newest first. */
  @property({ attribute: false }) rooms: readonly KnownRoom[] = []
  /** Does the browser let this page compute and connect? */
  @property({ type: Boolean }) secure = isSecureContext
  /** Where the same server is secure; null: not known. */
  @property({ attribute: false }) secureUrl: string | null = null
  @state() scanning = false
  readonly #scanner = new LaterPart(this, () => import('./hr-scanner.ts'))

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 2.5rem; max-width: 40rem; margin-inline: auto; padding-block: clamp(1.5rem, 7vh, 5rem) 1rem; }
      .lead { font-size: 1.125rem; color: var(--muted); margin-top: 0.875rem; max-width: 34rem; text-wrap: pretty; }
      .ways { margin-top: 1.75rem; }
      .first { margin-top: 0.875rem; }
      form .row { flex-wrap: nowrap; margin-top: 0.5rem; }
      .room { display: inline-flex; align-items: center; min-height: var(--touch); }
      hr { border: 0; border-top: 1px solid var(--line); width: 100%; margin: 0; }
      @media (max-width: 30rem) { .large { width: 100%; } }
    `,
  ]

  override render() {
    const words = texts.start
    return html`
      <section>
        <h1 tabindex="-1">${words.heading}</h1>
        <p class="lead">${words.lead}</p>
        ${this.secure ? this.#ways() : null}
      </section>
      ${this.secure ? null : this.#notSecure()}
      <form @submit=${this.#open}>
        <label for="link">${words.haveLink}</label>
        <div class="row">
          <input id="link" name="link" type="text" autocapitalize="none" autocomplete="off" spellcheck="false" required
            placeholder=${words.linkExample} data-testid="link-field" />
          <button data-testid="open-link">${words.open}</button>
        </div>
      </form>
      ${this.#knownRooms()}
      <hr />
      <hr-this-device .profile=${this.profile} ?measuring=${this.measuring}></hr-this-device>
    `
  }

  /** The first thing to do, and beside it the second. */
  #ways() {
    const { start, starting, firstModel } = texts.start
    return html`<div class="row ways">
        <button class="primary large" data-testid="start-room" ?disabled=${this.starting} @click=${this.#start}>
          ${this.starting ? starting : start}
        </button>
        ${this.#camera()}
      </div>
      ${this.model ? html`<p class="small muted first" data-testid="first-model">${firstModel(this.model)}</p>` : null}`
  }

  /** Nothing of a room works here, so there is nothing else to press. */
  #notSecure() {
    const { notSecure, notSecureHelp } = texts.start
    return html`<hr-notice tone="warning" heading=${notSecure} message=${notSecureHelp}></hr-notice>
      ${this.secureUrl ? html`<p><a href=${this.secureUrl} data-testid="secure-address">${texts.waiting.secureAddress}</a></p>` : null}`
  }

  #knownRooms() {
    const { heading, joinedAt, forget } = texts.rooms
    if (this.rooms.length === 0) return null
    return html`<section data-testid="known-rooms">
      <h2>${heading}</h2>
      <ul>
        ${this.rooms.map(({ hash, joinedAtMs }) => {
          const moment = texts.numbers.moment(joinedAtMs)
          return html`<li class="row apart">
            <a class="room" href=${hash}>${joinedAt(moment)}</a>
            <button class="quiet" aria-label=${forget(moment)} @click=${() => this.#forget(hash)}>${closeIcon}</button>
          </li>`
        })}
      </ul>
    </section>`
  }

  #forget(hash: string) {
    this.dispatchEvent(new CommandEvent({ kind: 'forget-room', hash }))
  }

  /** Opens the camera, or where there is none the way to type. */
  async readCode(): Promise<void> {
    if ('mediaDevices' in navigator) await this.#scan()
    else this.#typeWords()
  }

  /** Browsers give no camera to pages without a secure context. */
  #camera() {
    if (!('mediaDevices' in navigator)) return null
    const { scan } = texts.scanner
    return html`<button type="button" class="large" data-testid="scan" @click=${this.#scan}>${scanIcon} ${scan}</button>
      ${this.scanning ? html`<hr-scanner @hr-closed=${this.#closeScanner} @hr-type-words=${this.#typeWords}></hr-scanner>` : null}
      ${
        this.#scanner.state === 'missing'
          ? html`<hr-notice tone="warning" heading=${texts.page.partMissing} message=${texts.page.partMissingHelp}></hr-notice>`
          : null
      }`
  }

  async #scan() {
    await this.#scanner.fetch()
    this.scanning = this.#scanner.state === 'here'
  }

  #closeScanner() {
    this.scanning = false
  }

  #typeWords() {
    this.renderRoot.querySelector('input')?.focus()
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
