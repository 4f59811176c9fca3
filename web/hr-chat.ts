// The conversation: a log that follows the newest line unless somebody scrolled up, and the composer.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { RoomView } from '../src/index.ts'
import { samplingOf, settingsFor } from './chat/answer-settings.ts'
import { firstReadTurn, outgrownAnswers } from './chat/context-edge.ts'
import type { ChatView } from './chat/conversations.ts'
import { EndFollower } from './chat/end-follower.ts'
import { fetchMarkdown } from './chat/growing-text.ts'
import './chat/hr-conversations.ts'
import './chat/hr-queue.ts'
import './chat/hr-spoken.ts'
import './chat/hr-undo.ts'
import type { HrConversations } from './chat/hr-conversations.ts'
import './chat/hr-settings.ts'
import type { HrSettings } from './chat/hr-settings.ts'
import './chat/hr-shortcuts.ts'
import type { HrShortcuts } from './chat/hr-shortcuts.ts'
import { Shortcuts } from './chat/shortcuts.ts'
import type { Turn } from './chat/turn.ts'
import { CommandEvent } from './commands.ts'
import './hr-composer.ts'
import './hr-turn.ts'
import type { HrTurn } from './hr-turn.ts'
import { downIcon, keyboardIcon, listIcon, newChatIcon, settingsIcon } from './icons.ts'
import { sendObstacle } from './obstacle.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/**
 * @fires hr-command `new-chat`, and what the composer, the turns and the list of conversations fire
 * @slot start - what there is to do before the first question
 */
@customElement('hr-chat')
export class HrChat extends LitElement {
  /** Says whether the model can be asked now, and what its makers mean by its sampling. */
  @property({ attribute: false }) view!: RoomView
  /** The open conversation, and the list of the kept ones. */
  @property({ attribute: false }) chat!: ChatView
  /** Name under which this tab keeps what is written and not sent; empty: not at all. */
  @property() draftName = ''
  @query('hr-conversations') private conversations!: HrConversations
  @query('hr-settings') private settings!: HrSettings
  @query('hr-shortcuts') private shortcuts!: HrShortcuts
  readonly #end = new EndFollower(() => this.requestUpdate())

  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr); min-height: 0; }
      header { display: flex; align-items: center; gap: 0.25rem; min-height: var(--touch); }
      h2 { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      header button { padding-inline: 0.625rem; flex: none; }
      .log { overflow-y: auto; overscroll-behavior: contain; padding-block: 0.75rem 1.5rem; display: flex; flex-direction: column; gap: 1.25rem; }
      .log > * { flex: none; min-width: 0; }
      /* Of hundreds of turns, those out of sight are neither laid out nor painted. */
      hr-turn:not(:last-of-type) { content-visibility: auto; contain-intrinsic-block-size: auto 12rem; }
      .edge { display: flex; align-items: center; gap: 0.75rem; text-align: center; text-wrap: balance; }
      .edge::before, .edge::after { content: ''; flex: 1 0 1rem; border-block-start: 1px solid var(--line-strong); }
      /* Takes its row from the log’s lower end: it covers nothing, and nothing that is read moves. */
      .to-end { display: flex; margin: 0.25rem auto; width: var(--touch); padding: 0; border-radius: 50%; }
      hr-undo { display: block; margin-block-end: 0.5rem; }
      .reads { margin-block-start: 0.375rem; padding-inline: 1rem; }
      .empty { margin: auto; text-align: center; color: var(--muted); max-width: 24rem; padding: 1rem; text-wrap: balance; }
      .empty .small { margin-block-start: 1rem; }
      .empty strong { display: block; color: var(--ink); font-size: 1.125rem; font-weight: 620; margin-bottom: 0.25rem; }
      slot { display: block; margin-block-start: 1rem; }
      @media (max-width: 30rem) { header .words { display: none; } }
      @media (hover: none), (max-width: 30rem) { .keys { display: none; } }
    `,
  ]

  constructor() {
    super()
    new Shortcuts(this, {
      newChat: () => this.#newChat(),
      conversations: () => this.conversations.show(),
      help: () => this.shortcuts.show(),
      stop: () => this.#stop(),
    })
  }

  override render() {
    const { chat } = this
    const words = texts.chat
    const empty = chat.turns.length === 0
    const path = chat.turns.map(({ turn }) => turn)
    const firstRead = firstReadTurn(path)
    const outgrown = outgrownAnswers(path)
    return html`
      <header>
        <button class="quiet" data-testid="conversations" aria-label=${words.conversations} title=${words.conversations} aria-haspopup="dialog"
          @click=${() => this.conversations.show()}>${listIcon}</button>
        <h2 dir="auto">${chat.title || words.heading}</h2>
        <button class="quiet" data-testid="settings" aria-label=${words.settings} title=${words.settings} aria-haspopup="dialog"
          @click=${() => this.settings.show()}>${settingsIcon}</button>
        <button class="quiet keys" data-testid="shortcuts" aria-label=${laterTexts().shortcuts.heading} title=${laterTexts().shortcuts.heading} aria-haspopup="dialog"
          @click=${() => this.shortcuts.show()}>${keyboardIcon}</button>
        <button class="quiet" data-testid="new-chat" aria-label=${words.newChat} title=${words.newChat} ?disabled=${empty} @click=${this.#newChat}>
          ${newChatIcon}<span class="words">${words.newChat}</span>
        </button>
      </header>
      <div class="log" role="log" aria-label=${words.log} aria-live="off" aria-busy=${chat.live !== null} tabindex="0"
        @scroll=${(event: Event) => this.#end.scrolled(event)} @hr-grown=${this.#grown}>
        ${empty ? this.#empty() : null}
        ${chat.turns.map(({ turn, versions, tokens }, index) => {
          const edge =
            turn.id === firstRead
              ? html`<p class="edge small muted" data-testid="unread-above">${words.unreadAbove}</p>`
              : null
          const live = chat.live?.turnId === turn.id ? chat.live : null
          return html`${edge}<hr-turn data-role=${turn.role} .turn=${turn} .versions=${versions} .tokens=${tokens} .live=${live} ?begun=${live !== null && live.text !== ''}
            ?ready=${this.#ready} ?last=${index === chat.turns.length - 1} ?tellsDropped=${outgrown.has(turn.id)} ?toldElsewhere=${this.#isTold(turn)}
            .asker=${turn.askedBy ? laterTexts().talk.asked(turn.askedBy.name) : ''} @hr-command=${this.#asked}></hr-turn>`
        })}
      </div>
      <div>
        ${this.#end.follows || empty ? null : this.#toEnd()}
        <hr-undo .deletion=${chat.deleted} @hr-command=${this.#asked}></hr-undo>
        <hr-queue leading .waiting=${this.view.talk.waiting} self=${this.#self}></hr-queue>
        <hr-composer draftName=${this.draftName} ?answering=${chat.live !== null} .obstacle=${sendObstacle(this.view.state)} @hr-edit-last=${this.#editLast}></hr-composer>
        ${this.view.devices.length > 1 ? html`<p class="small muted reads">${laterTexts().talk.readsAlong}</p>` : null}
        ${chat.kept ? null : html`<p class="small muted" data-testid="not-kept">${words.notKept}</p>`}
      </div>
      <hr-spoken .live=${chat.live}></hr-spoken>
      <hr-settings .settings=${settingsFor(chat.settings, this.view.model)} .modelSampling=${samplingOf(this.view.model)}></hr-settings>
      <hr-shortcuts></hr-shortcuts>
      <hr-conversations .chat=${chat}></hr-conversations>
    `
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (this.view.state.kind === 'ready') void fetchMarkdown()
    if (changed.has('chat') && changed.get('chat')?.conversationId !== this.chat.conversationId)
      this.#end.follows = true
  }

  override updated() {
    void this.#end.settle(this.renderRoot)
  }

  #grown() {
    this.#end.follow(this.renderRoot.querySelector('.log'))
  }

  get #self(): string {
    return this.view.devices.find(({ isSelf }) => isSelf)?.deviceId ?? ''
  }

  get #ready(): boolean {
    return this.view.state.kind === 'ready' && this.chat.live === null
  }

  /** Does the room say why this answer failed, while it mends that? */
  #isTold({ id, problem }: Turn): boolean {
    const { state } = this.view
    const isLast = id === this.chat.turns.at(-1)?.turn.id
    return isLast && state.kind === 'recovering' && state.error.code === problem?.code
  }

  #empty() {
    const { kind } = this.view.state
    const { heading, text } = texts.chat.empty[kind]
    return html`<div class="empty">
      <p><strong>${heading}</strong>${text}</p>
      <slot name="start"></slot>
      ${this.chat.kept ? html`<p class="small">${texts.chat.keptHere}</p>` : null}
    </div>`
  }

  /** What was pressed goes away while the answer is written: the focus stays in the log. */
  #asked({ command: { kind } }: CommandEvent) {
    if (kind !== 'show-version' && kind !== 'delete-turn')
      this.renderRoot.querySelector<HTMLElement>('.log')?.focus({ preventScroll: true })
    if (kind !== 'show-version' && kind !== 'delete-turn') this.#end.follows = true
  }

  #toEnd() {
    const label = laterTexts().talk.toEnd
    return html`<button class="to-end" data-testid="to-end" aria-label=${label} title=${label} @click=${() => this.#showEnd()}>${downIcon}</button>`
  }

  /** The button goes away: the focus stays in the log. */
  #showEnd() {
    this.#end.toEnd()
    this.renderRoot.querySelector<HTMLElement>('.log')?.focus({ preventScroll: true })
  }

  #editLast() {
    if (this.#ready) [...this.renderRoot.querySelectorAll<HrTurn>('hr-turn[data-role=user]')].at(-1)?.edit()
  }

  #stop(): boolean {
    if (this.chat.live === null) return false
    this.dispatchEvent(new CommandEvent({ kind: 'stop-answer' }))
    return true
  }

  #newChat() {
    this.#end.follows = true
    this.dispatchEvent(new CommandEvent({ kind: 'new-chat' }))
    this.renderRoot.querySelector('hr-composer')?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-chat': HrChat
  }
}
