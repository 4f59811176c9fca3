// What a guest sees who opened a room's link: what this is, what will happen, and one button. Also the way back after a parting.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { CatalogueModel, DeviceProfile, ErrorData } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-notice.ts'
import './hr-this-device.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `join-room`, `back-to-start` */
@customElement('hr-join')
export class HrJoin extends LitElement {
  @property({ attribute: false }) profile: DeviceProfile | null = null
  /** Is this device being measured? */
  @property({ type: Boolean }) measuring = false
  /** The model the room most likely runs, to say how large a download can get; null when not known. */
  @property({ attribute: false }) model: CatalogueModel | null = null
  /** Why this device is out of the room that it was in; null before joining. */
  @property({ attribute: false }) parted: ErrorData | null = null
  /** A tab that was in the room before it was reloaded goes back by itself. */
  @property({ type: Boolean }) returning = false
  @property({ type: Boolean }) joining = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 2rem; max-width: 36rem; margin-inline: auto; padding-block: clamp(1rem, 6vh, 4rem) 1rem; }
      .lead { font-size: 1.125rem; color: var(--muted); margin-top: 0.75rem; text-wrap: pretty; }
      li { display: grid; grid-template-columns: 0.5rem 1fr; gap: 0.875rem; }
      li::before { content: ''; width: 0.5rem; height: 0.5rem; margin-top: 0.5em; border-radius: 50%; background: var(--accent); }
      .actions { display: grid; gap: 0.5rem; }
    `,
  ]

  override render() {
    const words = texts.join
    if (this.returning && this.joining) return html`<h1 tabindex="-1" role="status">${words.comingBack}</h1>`
    if (this.parted) return this.#away(this.parted)
    return html`
      <section>
        <h1 tabindex="-1">${words.heading}</h1>
        <p class="lead">${words.lead}</p>
      </section>
      <ul class="stack">
        <li><span>${words.downloads(this.model)}</span></li>
        <li><span>${words.computes}</span></li>
        <li><span>${words.private}</span></li>
      </ul>
      <div class="actions">
        <button class="primary large wide" data-testid="join" ?disabled=${this.joining} @click=${this.#join}>
          ${this.joining ? words.joining : words.join}
        </button>
      </div>
      <hr-this-device class="card" .profile=${this.profile} ?measuring=${this.measuring}></hr-this-device>
    `
  }

  #away({ code, message }: ErrorData) {
    const words = texts.join
    return html`
      <section role="status" data-testid="parted">
        <h1 tabindex="-1">${code === 'room-ended' ? words.ended : words.outOfReach}</h1>
        <p class="lead">${texts.errors[code].advice}</p>
        <p class="small muted" lang="en">${message}</p>
      </section>
      <div class="actions">
        <button class="primary large" data-testid="join" ?disabled=${this.joining} @click=${this.#join}>
          ${this.joining ? words.joining : words.joinAgain}
        </button>
        <button class="quiet" data-testid="back-to-start" @click=${this.#back}>${words.backToStart}</button>
      </div>
    `
  }

  #join() {
    this.dispatchEvent(new CommandEvent({ kind: 'join-room' }))
  }

  #back() {
    this.dispatchEvent(new CommandEvent({ kind: 'back-to-start' }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-join': HrJoin
  }
}
