// The conversation: a log that follows the newest line unless somebody scrolled up, and the composer.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { RoomView } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import './hr-composer.ts'
import './hr-turn.ts'
import { newChatIcon } from './icons.ts'
import { sendObstacle } from './obstacle.ts'
import { shared } from './styles.ts'
import type { Turn } from './turns.ts'

/** How near to the end, in CSS pixels, counts as reading along. */
const nearEnd = 48

const onItsWay = ['The model is on its way', 'Each device fetches its own share of it.'] as const
const nothingYet = ['Nothing to talk to yet', 'Load a model, then write here.'] as const
const askAway = ['Ask the room something', 'Every word of the answer is worked out by all devices together.'] as const
const emptyWords = {
  lobby: nothingYet,
  failed: nothingYet,
  loading: onItsWay,
  recovering: onItsWay,
  ready: askAway,
  generating: askAway,
} as const

/** @fires hr-command `new-chat`, and what the composer and the turns fire */
@customElement('hr-chat')
export class HrChat extends LitElement {
  @property({ attribute: false }) view!: RoomView
  @property({ attribute: false }) turns: readonly Turn[] = []
  /** Would a reload of the page keep the conversation? */
  @property({ type: Boolean }) kept = true
  #follows = true

  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; min-height: 0; }
      header { display: flex; align-items: center; justify-content: space-between; min-height: var(--touch); }
      .log { overflow-y: auto; overscroll-behavior: contain; padding-block: 0.75rem 1.5rem; display: flex; flex-direction: column; gap: 1.25rem; }
      .empty { margin: auto; text-align: center; color: var(--muted); max-width: 24rem; padding: 1rem; text-wrap: balance; }
      .empty strong { display: block; color: var(--ink); font-size: 1.125rem; font-weight: 620; margin-bottom: 0.25rem; }
    `,
  ]

  override render() {
    const answering = this.turns.at(-1)?.state === 'streaming'
    return html`
      <header>
        <h2>Chat</h2>
        <button class="quiet" data-testid="new-chat" ?disabled=${this.turns.length === 0} @click=${this.#newChat}>${newChatIcon} New chat</button>
      </header>
      <div class="log" role="log" aria-label="Conversation" aria-live="polite" aria-busy=${answering} tabindex="0" @scroll=${this.#scrolled}>
        ${this.turns.length === 0 ? this.#empty() : null}
        ${this.turns.map(
          (turn, index) =>
            html`<hr-turn data-role=${turn.role} .turn=${turn} ?retryable=${index === this.turns.length - 1 && this.#ready}></hr-turn>`,
        )}
      </div>
      <div>
        <hr-composer ?answering=${answering} .obstacle=${sendObstacle(this.view.state)}></hr-composer>
        ${this.kept ? null : html`<p class="small muted">This browser keeps nothing for this page: a reload loses the conversation.</p>`}
      </div>
    `
  }

  override updated() {
    void this.#followEnd()
  }

  /** Turns render after their log, so the end is where it will be only once the newest has. */
  async #followEnd() {
    const newest = [...this.renderRoot.querySelectorAll('hr-turn')].at(-1)
    if (!newest) return
    await newest.updateComplete
    const log = this.renderRoot.querySelector('.log')
    if (log && this.#follows) log.scrollTop = log.scrollHeight
  }

  get #ready(): boolean {
    return this.view.state.kind === 'ready'
  }

  #empty() {
    const [heading, words] = emptyWords[this.view.state.kind]
    return html`<p class="empty"><strong>${heading}</strong>${words}</p>`
  }

  #scrolled(event: Event) {
    const log = event.currentTarget
    if (log instanceof HTMLElement) this.#follows = log.scrollHeight - log.scrollTop - log.clientHeight < nearEnd
  }

  #newChat() {
    this.#follows = true
    this.dispatchEvent(new CommandEvent({ kind: 'new-chat' }))
    this.renderRoot.querySelector('hr-composer')?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-chat': HrChat
  }
}
