// One turn of the conversation: what somebody wrote, or the answer with its figures, what went wrong, and what can be done with it.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { AnswerTokens } from './chat/answer-tokens.ts'
import { figureWords } from './chat/figure-words.ts'
import './chat/hr-answer.ts'
import './chat/hr-answer-tokens.ts'
import './chat/hr-copy.ts'
import './chat/hr-edit.ts'
import './chat/hr-live-figures.ts'
import './chat/hr-versions.ts'
import type { EditedEvent } from './chat/hr-edit.ts'
import type { LiveAnswer } from './chat/live-answer.ts'
import { smallButtons } from './chat/small-buttons.ts'
import type { Turn } from './chat/turn.ts'
import { type Command, CommandEvent } from './commands.ts'
import './hr-notice.ts'
import { continueIcon, deleteIcon, editIcon, retryIcon } from './icons.ts'
import { markdownStyles } from './markdown/markdown-styles.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `retry-answer`, `regenerate-answer`, `continue-answer`, `edit-prompt`, `delete-turn`, `show-version` */
@customElement('hr-turn')
export class HrTurn extends LitElement {
  /** A question or an answer. */
  @property({ attribute: false }) turn!: Turn
  /** Ids of the turns in its place, itself among them. */
  @property({ attribute: false, hasChanged: areOthers }) versions: readonly string[] = []
  /** While this turn is being written. */
  @property({ attribute: false }) live: LiveAnswer | null = null
  /** What is known of the answer's tokens; null for a question, and after a reload. */
  @property({ attribute: false }) tokens: AnswerTokens | null = null
  /** Has a word of what is being written come? */
  @property({ type: Boolean }) begun = false
  /** Can the model be asked now? */
  @property({ type: Boolean }) ready = false
  /** Is it the newest turn, so that a failed answer can be tried again? */
  @property({ type: Boolean }) last = false
  /** Does the page tell elsewhere what went wrong? */
  @property({ type: Boolean }) toldElsewhere = false
  /** Is this the first answer for which these turns were left out? */
  @property({ type: Boolean }) tellsDropped = false
  /** Nothing can be done with it but copying: a guest reads it. */
  @property({ type: Boolean }) readonly = false
  /** Who asked, in words; empty: whoever reads it. */
  @property() asker = ''
  @state() editing = false

  static override styles = [
    shared,
    smallButtons,
    markdownStyles,
    css`
      :host { display: block; }
      .user { display: grid; justify-items: end; }
      .asker { margin-block-end: 0.25rem; padding-inline: 0.25rem; }
      .text, .plain { white-space: pre-wrap; overflow-wrap: anywhere; }
      .thinking { margin-block-end: 0.5rem; }
      .thinking > :not(summary) { color: var(--muted); font-size: 0.9375rem; border-inline-start: 3px solid var(--line-strong); padding-inline-start: 0.875rem; }
      .user .text { background: var(--accent-soft); padding: 0.625rem 1rem; border-radius: 1.125rem; border-end-end-radius: 0.375rem; max-width: min(85%, 38rem); }
      .assistant { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; max-width: 44rem; }
      hr-answer { display: block; min-width: 0; }
      /* As tall as what stands beneath an answer that has ended, so that nothing moves then. */
      .reserved { min-block-size: 2.25rem; }
      .reserved.tokens { min-block-size: calc(1lh + 2 * 0.625rem + 0.5rem + 2.25rem); }
      .foot { min-height: 1.25rem; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; }
      .actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.125rem; margin-inline: -0.5rem; }
      time { padding-inline: 0.5rem; }
      .left-out { border-inline-start: 3px solid var(--share-1); padding-inline-start: 0.75rem; }
      .waiting { display: inline-flex; gap: 0.3rem; padding-block: 0.5rem; }
      .waiting i { width: 0.45rem; height: 0.45rem; border-radius: 50%; background: var(--muted); animation: breathe 1.2s ease-in-out infinite; }
      .waiting i:nth-child(2) { animation-delay: 0.2s; }
      .waiting i:nth-child(3) { animation-delay: 0.4s; }
      @keyframes breathe { 0%, 100% { opacity: 0.25; } 40% { opacity: 1; } }
    `,
  ]

  /** Lets somebody ask the question in other words. */
  edit(): void {
    this.editing = true
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('turn') && changed.get('turn')?.id !== this.turn.id) this.editing = false
  }

  override render() {
    return this.turn.role === 'user' ? this.#question() : this.#answer()
  }

  #question() {
    const { content } = this.turn
    if (this.editing) return html`<hr-edit .text=${content} ?ready=${this.ready} @hr-edited=${this.#edited}></hr-edit>`
    return html`<div class="user">
      <p class=${this.asker ? 'asker small muted' : 'visually-hidden'} data-testid="asker">${this.asker || texts.chat.youWrote}</p>
      <p class="text" dir="auto" data-testid="question">${content}</p>
      <div class="actions">
        ${this.#versions()}
        ${this.#time()}
        <hr-copy .text=${content}></hr-copy>
        ${
          this.readonly
            ? null
            : html`${this.#button('edit', texts.chat.editPrompt, editIcon, () => this.edit())}${this.#delete()}`
        }
      </div>
    </div>`
  }

  #answer() {
    const { turn } = this
    const words = texts.chat
    const reading = turn.state === 'streaming' && this.live !== null && !this.begun
    const isElsewhere = turn.state === 'streaming' && this.live === null && !this.readonly
    const canTry = this.ready && this.last
    return html`<div class="assistant">
      <p class="visually-hidden">${words.modelAnswered}</p>
      ${this.tellsDropped ? html`<p class="small muted left-out" data-testid="dropped-turns">${words.droppedTurns(turn.droppedTurns)}</p>` : null}
      ${
        reading
          ? html`<p class="waiting" role="status"><i></i><i></i><i></i><span class="visually-hidden">${words.reading}</span></p>`
          : html`<hr-answer dir="auto" data-testid="answer" .text=${turn.content} .live=${this.live}></hr-answer>`
      }
      ${
        turn.problem === null || this.toldElsewhere
          ? null
          : html`<hr-notice .error=${turn.problem} action=${canTry ? words.tryAgain : ''} data-testid="answer-problem" @hr-notice-action=${() => this.#fire({ kind: 'retry-answer' })}></hr-notice>`
      }
      ${isElsewhere ? html`<p class="foot small muted">${words.writtenElsewhere}</p>` : null}
      ${this.live ? html`<hr-live-figures class="foot small muted numbers" data-testid="live-figures" .tokens=${this.live.tokens}></hr-live-figures>` : null}
      ${turn.state === 'streaming' || turn.state === 'failed' ? null : this.#figures(turn)}
      ${turn.state === 'streaming' || (this.tokens?.records.length ?? 0) === 0 ? null : html`<hr-answer-tokens .tokens=${this.tokens}></hr-answer-tokens>`}
      ${turn.state === 'streaming' ? html`<div class="reserved small ${this.readonly ? '' : 'tokens'}"></div>` : this.#answerActions(turn)}
    </div>`
  }

  #figures({ state: end, figures }: Turn) {
    if (end === 'done' && !figures) return null
    const endings = { stopped: texts.chat.stopped, length: texts.chat.lengthLimit } as const
    return html`<p class="foot small muted numbers" data-testid="figures">
      ${end === 'stopped' || end === 'length' ? html`<span>${endings[end]}</span>` : null}
      ${figures ? figureWords(figures).map((words) => html`<span>${words}</span>`) : null}
    </p>`
  }

  #answerActions(turn: Turn) {
    const { content } = turn
    return html`<div class="actions">
      ${this.#versions()}
      ${content === '' ? null : html`<hr-copy .text=${content}></hr-copy>`}
      ${this.readonly ? null : this.#askMore(turn)}
      ${this.#time()}
    </div>`
  }

  #askMore({ id, content, state: end }: Turn) {
    const words = texts.chat
    return html`${this.#button('regenerate', words.answerAgain, retryIcon, () => this.#fire({ kind: 'regenerate-answer', turnId: id }), !this.ready)}
      ${
        end !== 'done' && content !== ''
          ? this.#button(
              'continue',
              words.continueAnswer,
              continueIcon,
              () => this.#fire({ kind: 'continue-answer', turnId: id }),
              !this.ready,
            )
          : null
      }
      ${this.#delete()}`
  }

  /** Of a turn from today the time alone; nobody knows when a shared one was made. */
  #time() {
    const { createdAtMs } = this.turn
    if (createdAtMs === 0) return null
    const made = new Date(createdAtMs)
    const isToday = made.toDateString() === new Date().toDateString()
    const { moment, timeOfDay } = texts.numbers
    return html`<time class="small muted numbers" datetime=${made.toISOString()} title=${moment(made)}>${isToday ? timeOfDay(made) : moment(made)}</time>`
  }

  #versions() {
    if (this.versions.length < 2) return null
    return html`<hr-versions .versions=${this.versions} turnId=${this.turn.id}></hr-versions>`
  }

  #button(testId: string, label: string, icon: unknown, act: () => void, disabled = false) {
    return html`<button class="quiet small-button" data-testid=${testId} aria-label=${label} title=${label} ?disabled=${disabled} @click=${act}>${icon}</button>`
  }

  #delete() {
    return this.#button('delete-turn', texts.chat.deleteFromHere, deleteIcon, () =>
      this.#fire({ kind: 'delete-turn', turnId: this.turn.id }),
    )
  }

  #edited({ text }: EditedEvent) {
    this.editing = false
    if (text !== null) this.#fire({ kind: 'edit-prompt', turnId: this.turn.id, text })
    else void this.#focusEdit()
  }

  /** Where somebody was who began to edit. */
  async #focusEdit() {
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('[data-testid=edit]')?.focus()
  }

  #fire(command: Command) {
    this.dispatchEvent(new CommandEvent(command))
  }
}

/** Views bring the same ids in a new array each time. */
function areOthers(now: readonly string[], before: readonly string[] | undefined): boolean {
  return now.length !== before?.length || now.some((id, index) => id !== before[index])
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-turn': HrTurn
  }
}
