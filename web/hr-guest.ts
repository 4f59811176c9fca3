// A guest's screen in the room: what its device does for the others, who else is there, and the way out.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { RoomView } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-confirm.ts'
import './hr-devices.ts'
import './hr-notice.ts'
import './hr-room-state.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

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
      ${state.kind === 'failed' ? html`<hr-notice .error=${state.error}></hr-notice>` : null}
      <hr-room-state .view=${this.view}></hr-room-state>
      ${own?.holding?.weightBytes ? this.#share(own.holding.weightBytes) : null}
      <section class="card"><hr-devices .devices=${devices}></hr-devices></section>
      <div class="row apart">
        <p class="small muted">${texts.guest.keepOpen}</p>
        <hr-confirm data-testid="leave" label=${texts.guest.leave} question=${texts.guest.leaveRoom} @hr-confirmed=${this.#leave}></hr-confirm>
      </div>
    `
  }

  /** Is the leader's device not connected yet, or not any more? */
  get #connecting(): boolean {
    return !this.view.devices.some(({ isLeader, connection }) => isLeader && connection === 'connected')
  }

  #heading(): string {
    if (this.#connecting) return texts.guest.looking
    return texts.guest.headings[this.view.state.kind]
  }

  #words(): string {
    const { state } = this.view
    if (this.#connecting) return texts.guest.lookingHelp
    const name = 'modelId' in state ? state.modelId : texts.guest.theModel
    return texts.guest.words[state.kind](name)
  }

  #share(weightBytes: number) {
    return html`<section data-testid="own-share">
      <p class="share numbers">${texts.numbers.bytes(weightBytes)}</p>
      <p class="muted">${texts.guest.ofTheWeights}</p>
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
