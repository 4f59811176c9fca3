// One turn of the conversation: what somebody wrote, or the answer with its figures and what went wrong.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { AnswerFigures } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { formatMilliseconds, formatPlural } from './format.ts'
import './hr-notice.ts'
import { retryIcon } from './icons.ts'
import { shared } from './styles.ts'
import type { Turn } from './turns.ts'

/** @fires hr-command `retry-answer` */
@customElement('hr-turn')
export class HrTurn extends LitElement {
  @property({ attribute: false }) turn!: Turn
  /** Can this answer be asked for again? Only the last one can. */
  @property({ type: Boolean }) retryable = false

  static override styles = [
    shared,
    css`
      :host { display: block; }
      .user { display: grid; justify-items: end; }
      .text { white-space: pre-wrap; overflow-wrap: anywhere; }
      .user .text { background: var(--accent-soft); padding: 0.625rem 1rem; border-radius: 1.125rem 1.125rem 0.375rem 1.125rem; max-width: min(85%, 38rem); }
      .assistant { display: grid; gap: 0.5rem; max-width: 44rem; }
      .foot { min-height: 1.25rem; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; }
      .left-out { border-inline-start: 3px solid var(--share-1); padding-inline-start: 0.75rem; }
      .waiting { display: inline-flex; gap: 0.3rem; padding-block: 0.5rem; }
      .waiting i { width: 0.45rem; height: 0.45rem; border-radius: 50%; background: var(--muted); animation: breathe 1.2s ease-in-out infinite; }
      .waiting i:nth-child(2) { animation-delay: 0.2s; }
      .waiting i:nth-child(3) { animation-delay: 0.4s; }
      @keyframes breathe { 0%, 100% { opacity: 0.25; } 40% { opacity: 1; } }
      .retry { min-height: 2.25rem; padding: 0.25rem 0.625rem; font-size: 0.875rem; margin-inline-start: -0.625rem; justify-self: start; }
    `,
  ]

  override render() {
    const { turn } = this
    if (turn.role === 'user')
      return html`<div class="user"><p class="visually-hidden">You wrote:</p><p class="text">${turn.content}</p></div>`
    return html`<div class="assistant">
      <p class="visually-hidden">The model answered:</p>
      ${
        turn.droppedTurns > 0
          ? html`<p class="small muted left-out" data-testid="dropped-turns">
              The oldest ${turn.droppedTurns === 1 ? 'turn' : formatPlural(turn.droppedTurns, 'turn')} no longer fit and
              ${turn.droppedTurns === 1 ? 'was' : 'were'} left out of this answer.
            </p>`
          : null
      }
      ${
        turn.content === '' && turn.state === 'streaming'
          ? html`<p class="waiting" role="status"><i></i><i></i><i></i><span class="visually-hidden">Reading what you wrote</span></p>`
          : html`<p class="text" data-testid="answer">${turn.content}</p>`
      }
      ${
        turn.problem === null
          ? null
          : html`<hr-notice message=${turn.problem} action=${this.retryable ? 'Try again' : ''} data-testid="answer-problem" @hr-notice-action=${this.#retry}></hr-notice>`
      }
      ${turn.state === 'streaming' || turn.state === 'failed' ? null : this.#foot(turn)}
    </div>`
  }

  #foot({ state, figures }: Turn) {
    const endings = { stopped: 'Stopped', length: 'Ended at the length limit' } as const
    return html`<p class="foot small muted numbers" data-testid="figures">
      ${state === 'stopped' || state === 'length' ? html`<span>${endings[state]}</span>` : null}
      ${figures ? figureWords(figures).map((words) => html`<span>${words}</span>`) : null}
    </p>
    ${state === 'stopped' && this.retryable ? html`<button class="quiet retry" @click=${this.#retry}>${retryIcon} Answer again</button>` : null}`
  }

  #retry() {
    this.dispatchEvent(new CommandEvent({ kind: 'retry-answer' }))
  }
}

function figureWords({ tokensPerSecond, timeToFirstTokenMs, tokenCount }: AnswerFigures): string[] {
  return [
    tokensPerSecond === null ? null : `${tokensPerSecond.toFixed(1)} tokens/s`,
    timeToFirstTokenMs === null ? null : `first after ${formatMilliseconds(timeToFirstTokenMs)}`,
    formatPlural(tokenCount, 'token'),
  ].filter((words) => words !== null)
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-turn': HrTurn
  }
}
