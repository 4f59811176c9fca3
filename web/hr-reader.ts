// Old conversations without a room, offline too: the list and what was said, to read, copy and export. A room is where one goes on.
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { ChatView } from './chat/conversations.ts'
import './chat/hr-conversations.ts'
import type { HrConversations } from './chat/hr-conversations.ts'
import { CommandEvent } from './commands.ts'
import './hr-turn.ts'
import { listIcon } from './icons.ts'
import { narrowScreen, shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `start-room`, and what the list of conversations and the turns fire */
@customElement('hr-reader')
export class HrReader extends LitElement {
  /** The open conversation, and the list of the kept ones. */
  @property({ attribute: false }) chat!: ChatView
  /** Is a room being opened? */
  @property({ type: Boolean }) starting = false
  @query('hr-conversations') private list!: HrConversations
  #begun = false

  static override styles = [
    shared,
    narrowScreen,
    css`
      :host { max-width: 46rem; padding-block: 0.5rem 1rem; }
      h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
      .log { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
      hr-turn { content-visibility: auto; contain-intrinsic-block-size: auto 12rem; }
      .on { position: sticky; bottom: 0; padding-block: 0.75rem; background: var(--page); border-block-start: 1px solid var(--line); }
    `,
  ]

  override render() {
    const { turns, title, list } = this.chat
    const words = laterTexts().reading
    return html`
      <nav class="row apart">
        <a href="#/" data-testid="back-to-start">${texts.join.backToStart}</a>
        <button data-testid="conversations" aria-haspopup="dialog" @click=${() => this.list.show()}>${listIcon} ${texts.chat.conversations}</button>
      </nav>
      <h1 tabindex="-1" dir="auto">${turns.length === 0 ? texts.chat.conversations : title || texts.chat.untitled}</h1>
      ${turns.length === 0 ? html`<p class="lead">${list.length === 0 ? texts.chat.noneYet : words.choose}</p>` : null}
      <div class="log" role="log" aria-label=${texts.chat.log} aria-live="off">
        ${repeat(
          turns,
          ({ turn }) => turn.id,
          ({ turn, versions }) =>
            html`<hr-turn readonly data-role=${turn.role} .turn=${turn} .versions=${versions}
              .asker=${turn.askedBy ? laterTexts().talk.asked(turn.askedBy.name) : ''}></hr-turn>`,
        )}
      </div>
      <div class="row apart on">
        <span class="muted">${words.goOn}</span>
        <button class="primary" data-testid="start-room" ?disabled=${this.starting} @click=${this.#start}>
          ${this.starting ? texts.start.starting : texts.start.start}
        </button>
      </div>
      <hr-conversations .chat=${this.chat}></hr-conversations>
    `
  }

  /** Without one open there is nothing to read but the list, once it is known. */
  protected override async updated() {
    if (this.#begun || this.chat.list.length === 0) return
    this.#begun = true
    await this.list.updateComplete
    if (this.chat.turns.length === 0) this.list.show()
  }

  #start() {
    this.dispatchEvent(new CommandEvent({ kind: 'start-room' }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-reader': HrReader
  }
}
