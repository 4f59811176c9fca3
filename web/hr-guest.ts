// A guest's screen in the room: what its device does for the others, who else is there, and the way out.
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { CatalogueModel, ErrorData, RoomView } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { isHeld } from './models/held-load.ts'
import './hr-confirm.ts'
import './hr-devices.ts'
import './hr-guest-talk.ts'
import './hr-notice.ts'
import './hr-parted.ts'
import './hr-room-state.ts'
import './hr-screen.ts'
import './hr-serving.ts'
import { modelName } from './models/model-name.ts'
import { narrowScreen, shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** So long a leader may be silent before its room has probably ended. */
const longMs = 20_000

/** @fires hr-command `leave-room`, `pause-device`, `resume-device`, `try-server`, `reload-page` */
@customElement('hr-guest')
export class HrGuest extends LitElement {
  /** Of a guest: it knows its own share alone. */
  @property({ attribute: false }) view!: RoomView
  /** Of this page’s server, for their names; null while it is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** Is the server, which is gone, being looked for because somebody asked? */
  @property({ type: Boolean }) tryingServer = false
  /** Is the conversation where somebody may read it? */
  @state() talkInSight = false
  @query('hr-guest-talk') private talk!: HTMLElement
  readonly #sight = new IntersectionObserver((seen) => {
    this.talkInSight = seen.at(-1)?.isIntersecting ?? false
  })
  /** When the leader was last heard of, or first looked for. */
  #connectedAtMs = Date.now()

  static override styles = [
    shared,
    narrowScreen,
    css`
      :host { padding-block: clamp(1rem, 4vh, 3rem) 1rem; }
      .lead { margin-top: 0.5rem; }
      .started { margin-top: 0.5rem; }
    `,
  ]

  override render() {
    const { state, devices } = this.view
    const devicesCard = html`<section class="card"><hr-devices .devices=${devices} ?paused=${this.#held}></hr-devices></section>`
    const isLoading = state.kind === 'loading'
    const startedBy = devices.find(({ isLeader }) => isLeader)?.name
    return html`
      <section>
        <h1 tabindex="-1">${this.#heading()}</h1>
        <p class="lead">${this.#words()}</p>
        ${startedBy ? html`<p class="small muted started">${texts.serving.startedBy(startedBy)}</p>` : null}
      </section>
      ${state.kind === 'failed' ? this.#failure(state.error) : null}
      <hr-room-state .view=${this.view} ?tryingServer=${this.tryingServer}></hr-room-state>
      <div class="row">${this.#unanswered ? this.#button('leave-room', texts.join.backToStart, 'primary') : this.#actions()}</div>
      ${isLoading ? devicesCard : null}
      <hr-serving .view=${this.view} ?hidden=${!this.#own?.holding}></hr-serving>
      <section class="card"><hr-guest-talk .view=${this.view}></hr-guest-talk></section>
      ${isLoading ? null : devicesCard}
      ${this.#own?.presence === 'serving' ? this.#screen() : null}
    `
  }

  get #own() {
    return this.view.devices.find(({ isSelf }) => isSelf)
  }

  /** Did the leader pause the running load? */
  get #held(): boolean {
    return isHeld(this.view.state)
  }

  #screen() {
    return html`<hr-screen ?reading=${this.talkInSight && this.view.talk.turns.length > 0}>
      <p>${this.#heading()}</p>
      ${this.#own?.holding ? html`<p class="small numbers">${texts.numbers.bytes(this.#own.holding.weightBytes)} ${texts.guest.ofTheWeights}</p>` : null}
    </hr-screen>`
  }

  /** Only the leader chooses models: where this device's memory is full, its person can make room. */
  #failure(error: ErrorData) {
    const isFull = error.code === 'out-of-memory' && this.#own?.error
    return html`<hr-notice .error=${error} message=${isFull ? laterTexts().loading.ownMemoryFull : ''} action=${isFull ? texts.page.reload : ''}
      @hr-notice-action=${() => this.dispatchEvent(new CommandEvent({ kind: 'reload-page' }))}></hr-notice>`
  }

  #actions() {
    const presence = this.#own?.presence
    return html`
      ${presence === 'serving' ? this.#button('pause-device', texts.serving.pause) : null}
      ${presence === 'paused' ? this.#button('resume-device', texts.serving.resume, 'primary') : null}
      <hr-confirm data-testid="leave" label=${texts.guest.leave} question=${texts.guest.leaveRoom} @hr-confirmed=${this.#leave}></hr-confirm>
    `
  }

  #button(kind: 'leave-room' | 'pause-device' | 'resume-device', label: string, look = '') {
    return html`<button class=${look} data-testid=${kind} @click=${() => this.dispatchEvent(new CommandEvent({ kind }))}>${label}</button>`
  }

  /** Is the leader's device not connected yet, or not any more? */
  get #connecting(): boolean {
    return !this.view.devices.some(({ isLeader, connection }) => isLeader && connection === 'connected')
  }

  /** The view is renewed every second. */
  get #unanswered(): boolean {
    return this.#connecting && Date.now() - this.#connectedAtMs > longMs
  }

  protected override firstUpdated() {
    this.#sight.observe(this.talk)
  }

  override disconnectedCallback() {
    super.disconnectedCallback()
    this.#sight.disconnect()
  }

  protected override willUpdate() {
    if (!this.#connecting) this.#connectedAtMs = Date.now()
  }

  #heading(): string {
    if (this.#connecting) return this.#unanswered ? laterTexts().noAnswer.heading : texts.guest.looking
    if (this.#own?.presence === 'paused') return texts.serving.paused
    if (this.#own?.presence === 'watching') return laterTexts().talk.watch.heading
    if (this.#held) return laterTexts().loading.held.heading
    return texts.guest.headings[this.view.state.kind]
  }

  #words(): string {
    const { state } = this.view
    if (this.#connecting) return this.#unanswered ? laterTexts().noAnswer.help : texts.guest.lookingHelp
    if (this.#own?.presence === 'paused') return texts.serving.pausedHelp
    if (this.#own?.presence === 'watching') return laterTexts().talk.watch.help
    if (this.#held) return laterTexts().loading.held.help
    const name = 'modelId' in state ? modelName(this.models, state.modelId) : texts.guest.theModel
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
