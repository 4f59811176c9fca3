// What a guest reads and asks: the room's conversation as it grows, the questions that wait, and a place to write one.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { maxQuestionLength, type RoomView } from '../src/index.ts'
import { EndFollower } from './chat/end-follower.ts'
import { fetchMarkdown } from './chat/growing-text.ts'
import './chat/hr-queue.ts'
import './chat/hr-spoken.ts'
import { SharedConversation } from './chat/shared-conversation.ts'
import type { Turn } from './chat/turn.ts'
import { CommandEvent } from './commands.ts'
import './hr-composer.ts'
import './hr-notice.ts'
import './hr-turn.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** @fires hr-command `ask`, `drop-question` */
@customElement('hr-guest-talk')
export class HrGuestTalk extends LitElement {
  /** Of a guest. */
  @property({ attribute: false }) view!: RoomView
  readonly #conversation = new SharedConversation()
  readonly #end = new EndFollower(() => this.requestUpdate())

  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.75rem; }
      .log { overflow-y: auto; overscroll-behavior: contain; max-height: min(60dvh, 36rem); display: flex; flex-direction: column; gap: 1.25rem; padding-block: 0.25rem; }
      .log > * { flex: none; min-width: 0; }
    `,
  ]

  override render() {
    const words = laterTexts().talk
    const { turns, live } = this.#conversation
    const { waiting, declined } = this.view.talk
    return html`
      <h2>${words.heading}</h2>
      ${
        turns.length === 0
          ? html`<p class="muted">${words.empty}</p>`
          : html`<div class="log" role="log" aria-label=${words.log} aria-live="off" aria-busy=${live !== null} tabindex="0"
              @scroll=${(event: Event) => this.#end.scrolled(event)} @hr-grown=${this.#grown}>
              ${repeat(
                turns,
                ({ id }) => id,
                (turn) => this.#turn(turn),
              )}
            </div>`
      }
      <hr-queue .waiting=${waiting} self=${this.#self}></hr-queue>
      ${
        declined === null
          ? null
          : html`<hr-notice tone="information" data-testid="declined" heading=${words.declined[declined.reason]} message=${declined.text}
              action=${words.askAgain} @hr-notice-action=${() => this.#ask(declined.text)}></hr-notice>`
      }
      <hr-composer asking draftName="headroom.question" .obstacle=${this.#obstacle()} maxlength=${maxQuestionLength}></hr-composer>
      <p class="small muted">${words.readsAlong}</p>
      <hr-spoken .live=${live}></hr-spoken>
    `
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('view')) return
    this.#conversation.update(this.view.talk.turns)
    if (this.#conversation.turns.length > 0) void fetchMarkdown()
  }

  override updated() {
    void this.#end.settle(this.renderRoot)
  }

  #turn(turn: Turn) {
    const words = laterTexts().talk
    const growing = this.#conversation.live
    const live = growing?.turnId === turn.id ? growing : null
    return html`<div>
      <hr-turn readonly data-role=${turn.role} .turn=${turn} .live=${live} ?begun=${live !== null && live.text !== ''} .asker=${this.#asker(turn)}></hr-turn>
      ${turn.state === 'failed' ? html`<p class="small muted">${words.brokeOff}</p>` : null}
    </div>`
  }

  /** Who asked, unless it was this device. */
  #asker({ role, askedBy }: Turn): string {
    if (role !== 'user' || askedBy?.deviceId === this.#self) return ''
    return askedBy ? laterTexts().talk.asked(askedBy.name) : laterTexts().talk.leaderAsked
  }

  get #self(): string {
    return this.view.devices.find(({ isSelf }) => isSelf)?.deviceId ?? ''
  }

  #obstacle(): string {
    const { talk, state, devices } = this.view
    const words = laterTexts().talk.obstacle
    if (talk.canAsk) return ''
    if (!devices.some(({ isLeader }) => isLeader)) return words.away
    return state.kind === 'ready' || state.kind === 'generating' ? words.encoder : words.noModel
  }

  #grown() {
    this.#end.follow(this.renderRoot.querySelector('.log'))
  }

  #ask(text: string) {
    this.dispatchEvent(new CommandEvent({ kind: 'ask', text }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-guest-talk': HrGuestTalk
  }
}
