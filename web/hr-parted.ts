// A guest that is out of the room it was in, or that the room would not have: why, and the one thing to do about it.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { ErrorData } from '../src/index.ts'
import { type Command, CommandEvent } from './commands.ts'
import { engineWords } from './engine-words.ts'
import { narrowScreen, shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `join-room`, `back-to-start`, `reload-page` */
@customElement('hr-parted')
export class HrParted extends LitElement {
  /** Its code decides which way back is offered. */
  @property({ attribute: false }) why!: ErrorData
  /** Is it on its way back? */
  @property({ type: Boolean }) joining = false

  static override styles = [
    shared,
    narrowScreen,
    css`:host { gap: 2rem; } [lang='en'], details { margin-block-start: 0.75rem; }`,
  ]

  override render() {
    const { code, message } = this.why
    return html`
      <section role="status" data-testid="parted">
        <h1 tabindex="-1">${this.#heading()}</h1>
        <p class="lead">${texts.errors[code].advice}</p>
        ${engineWords(message)}
      </section>
      <div class="actions">${this.#actions()}</div>
    `
  }

  #heading(): string {
    const { code } = this.why
    if (code === 'room-ended') return texts.join.ended
    return code === 'version-mismatch' ? texts.errors[code].headline : texts.join.outOfReach
  }

  /** A room that has ended does not come back by trying, and another version of the page only by reloading. */
  #actions() {
    const words = texts.join
    const again = words[this.joining ? 'joining' : 'joinAgain']
    const [join, back] = [{ kind: 'join-room' }, { kind: 'back-to-start' }] as const satisfies Command[]
    switch (this.why.code) {
      case 'room-ended':
        return [this.#button(true, back, words.backToStart), this.#button(false, join, again)]
      case 'version-mismatch':
        return [
          this.#button(true, { kind: 'reload-page' }, texts.page.reload),
          this.#button(false, back, words.backToStart),
        ]
      default:
        return [this.#button(true, join, again), this.#button(false, back, words.backToStart)]
    }
  }

  #button(first: boolean, command: Command, label: string) {
    const testId = command.kind === 'join-room' ? 'join' : command.kind
    return html`<button class=${first ? 'primary large' : 'quiet'} data-testid=${testId} ?disabled=${this.joining && command.kind === 'join-room'}
      @click=${() => this.dispatchEvent(new CommandEvent(command))}>${label}</button>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-parted': HrParted
  }
}
