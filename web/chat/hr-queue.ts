// The questions that wait, next first: whose they are, and a way to take one out.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { WaitingQuestion } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import { closeIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'

/** @fires hr-command `drop-question` */
@customElement('hr-queue')
export class HrQueue extends LitElement {
  /** In the order in which they will be asked. */
  @property({ attribute: false }) waiting: readonly WaitingQuestion[] = []
  /** Id of this device. */
  @property() self = ''
  /** The leader may take out every question, a guest its own. */
  @property({ type: Boolean, reflect: true }) leading = false

  static override styles = [
    shared,
    css`
      :host { display: block; padding-block-end: 0.5rem; }
      :host([leading]) ol { max-height: 9.5rem; overflow-y: auto; }
      li { display: flex; align-items: center; gap: 0.5rem; min-height: var(--touch); border-top: 1px solid var(--line); }
      .words { flex: 1; min-width: 0; display: flex; align-items: baseline; justify-content: space-between; gap: 0.75rem; padding-block: 0.25rem; }
      .words > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
      .whose { flex: none; max-width: 50%; }
      @media (max-width: 30rem) { .words { display: grid; gap: 0; } .whose { max-width: none; } }
      button { flex: none; width: var(--touch); padding: 0; }
    `,
  ]

  protected override willUpdate(_: PropertyValues<this>) {
    this.hidden = this.waiting.length === 0
  }

  override render() {
    const words = laterTexts().talk
    return html`<section data-testid="queue" aria-label=${words.waiting(this.waiting.length)}>
      <p class="small muted" role="status">${words.waiting(this.waiting.length)}</p>
      <ol>${this.waiting.map((question, index) => this.#question(question, index))}</ol>
    </section>`
  }

  #question({ id, asker, excerpt }: WaitingQuestion, index: number) {
    const words = laterTexts().talk
    const isOwn = asker.deviceId === this.self
    const name = isOwn ? words.you : asker.name
    const place = index === 0 ? words.next : words.place(index + 1)
    const action = isOwn ? words.takeBack(excerpt) : words.drop(excerpt, name)
    return html`<li data-testid="waiting-question">
      <span class="words"><span dir="auto">${excerpt}</span> <span class="whose small muted">${name}, ${place}</span></span>
      ${
        isOwn || this.leading
          ? html`<button class="quiet" data-testid="drop-question" aria-label=${action} title=${action} @click=${() => this.#drop(id)}>${closeIcon}</button>`
          : null
      }
    </li>`
  }

  #drop(questionId: string) {
    this.dispatchEvent(new CommandEvent({ kind: 'drop-question', questionId }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-queue': HrQueue
  }
}
