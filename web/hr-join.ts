// What a guest sees who opened a room's link: what this is, what will happen, and one button. Also the way back after a parting.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { CatalogueModel, DeviceProfile, ErrorData } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { formatBytes } from './format.ts'
import './hr-notice.ts'
import './hr-this-device.ts'
import { shared } from './styles.ts'

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
    if (this.returning && this.joining) return html`<h1 tabindex="-1" role="status">Coming back to the room…</h1>`
    if (this.parted) return this.#away(this.parted)
    const size = this.model ? ` of ${this.model.name} (${formatBytes(this.model.sizeBytes)} in all)` : ''
    return html`
      <section>
        <h1 tabindex="-1">Lend this device to the room</h1>
        <p class="lead">Somebody near you runs a language model on several devices at once. Join, and this one carries a share of it.</p>
      </section>
      <ul class="stack">
        <li><span>It downloads only <strong>its share</strong>${size}, from the server on this Wi-Fi or the leader’s device. A public hub is asked only if the leader names a model there.</span></li>
        <li><span>It computes while the room chats: that takes memory and battery. Keep this page open in front.</span></li>
        <li><span>What is written stays in the room. You can leave at any time.</span></li>
      </ul>
      <div class="actions">
        <button class="primary large wide" data-testid="join" ?disabled=${this.joining} @click=${this.#join}>
          ${this.joining ? 'Joining…' : 'Join'}
        </button>
      </div>
      <hr-this-device class="card" .profile=${this.profile} ?measuring=${this.measuring}></hr-this-device>
    `
  }

  #away({ code, message }: ErrorData) {
    return html`
      <section role="status" data-testid="parted">
        <h1 tabindex="-1">${code === 'room-ended' ? 'This room has ended for this device' : 'The room is out of reach'}</h1>
        <p class="lead">${message}</p>
      </section>
      <div class="actions">
        <button class="primary large" data-testid="join" ?disabled=${this.joining} @click=${this.#join}>
          ${this.joining ? 'Joining…' : 'Join again'}
        </button>
        <button class="quiet" data-testid="back-to-start" @click=${this.#back}>Back to the start</button>
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
