// A guest's screen in the room: what its device does for the others, who else is there, and the way out.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { RoomView } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-confirm.ts'
import './hr-devices.ts'
import './hr-guest-talk.ts'
import './hr-notice.ts'
import './hr-room-state.ts'
import './hr-screen.ts'
import './hr-serving.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `leave-room`, `pause-device`, `resume-device` */
@customElement('hr-guest')
export class HrGuest extends LitElement {
  @property({ attribute: false }) view!: RoomView

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1.5rem; max-width: 36rem; margin-inline: auto; padding-block: clamp(1rem, 4vh, 3rem) 1rem; }
      .lead { font-size: 1.125rem; color: var(--muted); margin-top: 0.5rem; text-wrap: pretty; }
    `,
  ]

  override render() {
    const { state, devices } = this.view
    const startedBy = devices.find(({ isLeader }) => isLeader)?.name
    const presence = this.#own?.presence
    return html`
      <section>
        <h1 tabindex="-1">${this.#heading()}</h1>
        <p class="lead">${this.#words()}</p>
        ${startedBy ? html`<p class="small muted">${texts.serving.startedBy(startedBy)}</p>` : null}
      </section>
      ${state.kind === 'failed' ? html`<hr-notice .error=${state.error}></hr-notice>` : null}
      <hr-room-state .view=${this.view}></hr-room-state>
      <hr-serving .view=${this.view} ?hidden=${!this.#own?.holding}></hr-serving>
      <section class="card"><hr-guest-talk .view=${this.view}></hr-guest-talk></section>
      <section class="card"><hr-devices .devices=${devices}></hr-devices></section>
      ${presence === 'serving' ? this.#screen() : null}
      <div class="row">
        ${presence === 'serving' ? this.#button('pause-device', texts.serving.pause) : null}
        ${presence === 'paused' ? this.#button('resume-device', texts.serving.resume) : null}
        <hr-confirm data-testid="leave" label=${texts.guest.leave} question=${texts.guest.leaveRoom} @hr-confirmed=${this.#leave}></hr-confirm>
      </div>
    `
  }

  get #own() {
    return this.view.devices.find(({ isSelf }) => isSelf)
  }

  #screen() {
    return html`<hr-screen>
      <p>${this.#heading()}</p>
      ${this.#own?.holding ? html`<p class="small numbers">${texts.numbers.bytes(this.#own.holding.weightBytes)} ${texts.guest.ofTheWeights}</p>` : null}
    </hr-screen>`
  }

  #button(kind: 'pause-device' | 'resume-device', label: string) {
    return html`<button data-testid=${kind} @click=${() => this.dispatchEvent(new CommandEvent({ kind }))}>${label}</button>`
  }

  /** Is the leader's device not connected yet, or not any more? */
  get #connecting(): boolean {
    return !this.view.devices.some(({ isLeader, connection }) => isLeader && connection === 'connected')
  }

  #heading(): string {
    if (this.#connecting) return texts.guest.looking
    if (this.#own?.presence === 'paused') return texts.serving.paused
    return texts.guest.headings[this.view.state.kind]
  }

  #words(): string {
    const { state } = this.view
    if (this.#connecting) return texts.guest.lookingHelp
    if (this.#own?.presence === 'paused') return texts.serving.pausedHelp
    const name = 'modelId' in state ? state.modelId : texts.guest.theModel
    return texts.guest.words[state.kind](name)
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
