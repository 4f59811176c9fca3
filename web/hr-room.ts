// The leader's room. Wide screens show room and chat side by side; on a phone they are two tabs, and the chat comes up when a model is ready.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { CatalogueModel, ErrorData, RoomView } from '../src/index.ts'
import type { ChatView } from './chat/conversations.ts'
import './hr-chat.ts'
import type { Comparison, FilledMask } from './encoder-work.ts'
import { isHeld } from './models/held-load.ts'
import './hr-devices.ts'
import './hr-encoder.ts'
import { HrInvite } from './hr-invite.ts'
import './hr-models.ts'
import './models/hr-first-model.ts'
import './models/hr-room-progress.ts'
import { wasAskedAgain } from './models/was-asked-again.ts'
import './hr-present.ts'
import './hr-room-at-work.ts'
import './hr-room-state.ts'
import { quietWork } from './models/model-work.ts'
import type { Address } from './room-link.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'
import { WideWindow } from './wide-window.ts'

/** @slot foot - what stands under the room's panels */
@customElement('hr-room')
export class HrRoom extends LitElement {
  /** Of the leader: it knows every device’s share. */
  @property({ attribute: false }) view!: RoomView
  /** The open conversation, and the list of the kept ones. */
  @property({ attribute: false }) chat!: ChatView
  /** null while the server is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** Why the server’s models are not known. */
  @property({ attribute: false }) modelsError: ErrorData | null = null
  /** Addresses that guests can open, best first; null until the server has told. */
  @property({ attribute: false }) addresses: readonly Address[] | null = null
  /** Do browsers warn of this server’s certificate? */
  @property({ type: Boolean }) selfSigned = false
  /** null: the server allows none. */
  @property({ attribute: false }) hubUrl: string | null = null
  /** What was chosen, found and kept of models. */
  @property({ attribute: false }) modelWork = quietWork
  /** Is the hub being asked? */
  @property({ type: Boolean }) askingHub = false
  /** Has a model been asked for that is not loaded yet? */
  @property({ type: Boolean }) loading = false
  /** Is the server, which is gone, being looked for because somebody asked? */
  @property({ type: Boolean }) tryingServer = false
  /** What came of the last requests, where the model embeds text. */
  @property({ attribute: false }) comparison: Comparison | null = null
  /** Of the last text with a mask; null before the first. */
  @property({ attribute: false }) filled: FilledMask | null = null
  @state() tab: 'room' | 'chat' = 'room'
  /** The invitation shown on a projector; null while none is. */
  @state() presented: string | null = null
  readonly #wide = new WideWindow(this)

  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
      .tabs { display: grid; grid-template-columns: 1fr 1fr; gap: 0.25rem; padding: 0.25rem; background: var(--track); border-radius: 1rem; }
      .tabs button { border-color: transparent; background: none; }
      .tabs button[aria-pressed='true'] { background: var(--surface); }
      .room { display: grid; gap: 1rem; align-content: start; min-width: 0; }
      hr-chat { height: calc(100dvh - var(--header-height) - 5.25rem); min-height: 20rem; }
      @media (max-width: 55.99rem) { .away { display: none; } }
      @media (min-width: 56rem) {
        :host { grid-template-columns: minmax(20rem, 24rem) minmax(0, 1fr); gap: clamp(1.5rem, 3vw, 3rem); align-items: start; }
        .tabs { display: none; }
        .talk:has(hr-chat) { position: sticky; top: 1rem; }
        hr-chat { height: calc(100dvh - var(--header-height) - 1rem); max-width: 46rem; margin-inline: auto; }
        hr-encoder { max-width: 46rem; margin-inline: auto; }
      }
      .full { grid-column: 1 / -1; }
    `,
  ]

  override render() {
    const { view } = this
    const words = texts.room
    const alone = view.devices.length <= 1
    const encoder = view.model?.encoder ?? null
    const chatBegins = !encoder && this.chat.turns.length === 0 && (this.#wide.matches || this.tab === 'chat')
    const invite = html`<section class="card stack">
      <h2>${words.invite}</h2>
      ${alone ? html`<p role="status">${texts.waiting.nobodyYet}</p>` : null}
      <hr-invite .link=${view.link ?? ''} .addresses=${this.addresses} ?selfSigned=${this.selfSigned} @hr-present=${this.#present}></hr-invite>
    </section>`
    const models = html`<section class="card">
      <hr-models .view=${view} .models=${this.models} .error=${this.modelsError} .hubUrl=${this.hubUrl}
        .work=${this.modelWork} ?askingHub=${this.askingHub} ?loading=${this.loading}></hr-models>
    </section>`
    return html`
      <h1 class="visually-hidden" tabindex="-1">${words.heading}</h1>
      <div class="tabs" role="group" aria-label=${words.show}>
        ${this.#tabButton('room', words.roomTab(view.devices.length))}${this.#tabButton('chat', encoder ? words.textsTab : words.chatTab)}
      </div>
      <hr-room-state class="full" leading ?progressElsewhere=${chatBegins} ?tryingServer=${this.tryingServer} .view=${view}></hr-room-state>
      ${chatBegins ? null : this.#firstModel()}
      <div class="room ${this.tab === 'room' ? '' : 'away'}">
        ${alone ? [invite, models] : null}
        <section class="card"><hr-devices .devices=${view.devices} leading ?paused=${isHeld(view.state)}></hr-devices></section>
        ${alone ? null : [models, invite]}
        <hr-room-at-work class="card" .view=${view}></hr-room-at-work>
        <slot name="foot"></slot>
      </div>
      <div class="talk ${this.tab === 'chat' ? '' : 'away'}">
        ${
          encoder
            ? html`<hr-encoder .view=${view} .abilities=${encoder} .comparison=${this.comparison} .filled=${this.filled}></hr-encoder>`
            : html`<hr-chat draftName="headroom.draft" .view=${view} .chat=${this.chat}>${chatBegins ? this.#start() : null}</hr-chat>`
        }
      </div>
      ${
        this.presented === null
          ? null
          : html`<hr-present .view=${view} .models=${this.models} .chat=${this.chat} link=${this.presented} @hr-closed=${this.#presentNoMore}></hr-present>`
      }
    `
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (wasAskedAgain(changed.get('modelWork')?.keptAsked, this.modelWork.keptAsked)) this.tab = 'room'
    if (!changed.has('view') || this.view.state.kind !== 'ready') return
    const before = changed.get('view')?.state.kind
    if (before !== 'ready' && before !== 'generating') this.tab = 'chat'
  }

  /** What an empty conversation begins with. */
  #start() {
    return this.view.state.kind === 'loading'
      ? html`<hr-room-progress slot="start" .view=${this.view}></hr-room-progress>`
      : this.#firstModel('start')
  }

  #firstModel(slot = '') {
    const { model, state } = this.view
    if (model !== null || (state.kind !== 'lobby' && state.kind !== 'failed')) return null
    return html`<hr-first-model class="full" slot=${slot} .models=${this.models} .work=${this.modelWork} ?loading=${this.loading} @hr-choose-model=${this.#chooseModel}></hr-first-model>`
  }

  async #chooseModel() {
    this.tab = 'room'
    await this.updateComplete
    this.renderRoot.querySelector('hr-models')?.focus()
  }

  #present({ currentTarget }: Event) {
    if (currentTarget instanceof HrInvite) this.presented = currentTarget.invitation
  }

  #presentNoMore() {
    this.presented = null
  }

  #tabButton(tab: 'room' | 'chat', label: string) {
    return html`<button aria-pressed=${this.tab === tab} data-testid="tab-${tab}" @click=${() => {
      this.tab = tab
    }}>${label}</button>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-room': HrRoom
  }
}
