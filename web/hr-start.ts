// The first screen: one thing to do, one other way in, and what this device can give.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { CatalogueModel, DeviceProfile } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-notice.ts'
import './hr-this-device.ts'
import { closeIcon, scanIcon } from './icons.ts'
import type { KnownRoom } from './known-rooms.ts'
import { LaterPart } from './later-part.ts'
import type { FirstModel } from './models/first-model.ts'
import { modelName } from './models/model-name.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `start-room`, perhaps with the model of an earlier one; `open-link`, `forget-room` */
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
  /** That this device was in, newest first. */
  @property({ attribute: false }) rooms: readonly KnownRoom[] = []
  /** Of this page’s server, for their names; null while it is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** Is there an old conversation to read? */
  @property({ type: Boolean }) hasConversations = false
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
      .known { padding-block: 0.5rem; border-block-end: 1px solid var(--line); }
      .known > div { flex: 1 1 11rem; min-width: 0; overflow-wrap: anywhere; }
      .known button { flex: none; }
      .room { font-weight: 560; padding-block: 0.5rem; }
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
      ${this.hasConversations ? html`<p><a class="room" href="#/conversations" data-testid="read-conversations">${texts.chat.conversations}</a></p>` : null}
      <hr />
      <hr-this-device .profile=${this.profile} ?measuring=${this.measuring}></hr-this-device>
    `
  }

  /** The first thing to do, and beside it the second. */
  #ways() {
    const { start, starting, firstModel } = texts.start
    return html`<div class="row ways">
        <button class="primary large" data-testid="start-room" ?disabled=${this.starting} @click=${() => this.#start()}>
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
    if (this.rooms.length === 0) return null
    return html`<section data-testid="known-rooms">
      <h2>${texts.rooms.heading}</h2>
      <ul>${this.rooms.map((room) => this.#knownRoom(room))}</ul>
    </section>`
  }

  /** One that was led from here is gone with its tab: its model can be had again. */
  #knownRoom({ hash, joinedAtMs, startedBy, model, led }: KnownRoom) {
    const words = texts.rooms
    const moment = texts.numbers.moment(joinedAtMs)
    const name = model === undefined ? '' : modelName(this.models, model)
    const facts = [name, moment, led ? words.ended : ''].filter(Boolean).join(' · ')
    return html`<li class="row known">
      <div>
        ${led ? html`<span class="room">${words.startedHere}</span>` : html`<a class="room" href=${hash}>${words.startedBy(startedBy ?? null)}</a>`}
        <p class="small muted">${facts}</p>
      </div>
      ${
        led && this.secure
          ? html`<button data-testid="start-again" aria-label=${words.startAgainWith(name)} ?disabled=${this.starting} @click=${() => this.#start(model)}>${words.startAgain}</button>`
          : null
      }
      <button class="quiet" aria-label=${words.forget(moment)} @click=${() => this.#forget(hash)}>${closeIcon}</button>
    </li>`
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

  #start(model?: string) {
    this.dispatchEvent(new CommandEvent({ kind: 'start-room', ...(model !== undefined && { model }) }))
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
