// A guest's screen in the room: what its device does for the others, who else is there, and the way out.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { RoomView } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { formatBytes } from './format.ts'
import './hr-confirm.ts'
import './hr-devices.ts'
import './hr-notice.ts'
import './hr-room-state.ts'
import { shared } from './styles.ts'

/** @fires hr-command `leave-room` */
@customElement('hr-guest')
export class HrGuest extends LitElement {
  @property({ attribute: false }) view!: RoomView

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1.5rem; max-width: 36rem; margin-inline: auto; padding-block: clamp(1rem, 4vh, 3rem) 1rem; }
      .lead { font-size: 1.125rem; color: var(--muted); margin-top: 0.5rem; text-wrap: pretty; }
      .share { font-size: 2.5rem; line-height: 1; font-weight: 680; letter-spacing: -0.03em; color: var(--accent-text); }
    `,
  ]

  override render() {
    const { state, devices } = this.view
    const own = devices.find(({ isSelf }) => isSelf)
    return html`
      <section>
        <h1 tabindex="-1">${this.#heading()}</h1>
        <p class="lead">${this.#words()}</p>
      </section>
      ${state.kind === 'failed' ? html`<hr-notice message=${state.error.message}></hr-notice>` : null}
      <hr-room-state .view=${this.view}></hr-room-state>
      ${own?.holding?.weightBytes ? this.#share(own.holding.weightBytes) : null}
      <section class="card"><hr-devices .devices=${devices}></hr-devices></section>
      <div class="row apart">
        <p class="small muted">The leader chats; keep this page open in front.</p>
        <hr-confirm data-testid="leave" label="Leave" question="Leave the room" @hr-confirmed=${this.#leave}></hr-confirm>
      </div>
    `
  }

  /** Is the leader's device not connected yet, or not any more? */
  get #connecting(): boolean {
    return !this.view.devices.some(({ isLeader, connection }) => isLeader && connection === 'connected')
  }

  #heading(): string {
    if (this.#connecting) return 'Looking for the room’s leader'
    switch (this.view.state.kind) {
      case 'lobby':
        return 'You are in the room'
      case 'loading':
        return 'Fetching this device’s share'
      case 'ready':
        return 'Ready to answer'
      case 'generating':
        return 'Working on an answer'
      case 'recovering':
        return 'A device went away'
      case 'failed':
        return 'The room has a problem'
    }
  }

  #words(): string {
    const { state } = this.view
    if (this.#connecting) return 'This takes a moment. If the leader’s device is gone, wait for it or leave.'
    const name = 'modelId' in state ? state.modelId : 'the model'
    switch (state.kind) {
      case 'lobby':
        return 'Nothing to do here: the leader picks a model, then this device gets its share.'
      case 'loading':
        return `Only what this device will compute of ${name} is downloaded.`
      case 'ready':
        return `As soon as the leader asks something, this device works on ${name} with the others.`
      case 'generating':
        return `Every token of the answer takes this device’s part of ${name}.`
      case 'recovering':
        return 'The others share the model anew; this device may get a larger part.'
      case 'failed':
        return 'The leader can load the model again.'
    }
  }

  #share(weightBytes: number) {
    return html`<section data-testid="own-share">
      <p class="share numbers">${formatBytes(weightBytes)}</p>
      <p class="muted">of the model’s weights are on this device.</p>
    </section>`
  }

  #leave() {
    this.dispatchEvent(new CommandEvent({ kind: 'leave-room' }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-guest': HrGuest
  }
}
