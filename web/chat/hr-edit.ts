// Where a question is asked in other words: Enter asks, Shift+Enter makes a line, Escape leaves everything as it was.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'

/** @fires hr-edited with what was written, null when nothing is to change */
@customElement('hr-edit')
export class HrEdit extends LitElement {
  /** What stands in the field at first. */
  @property() text = ''
  /** Can the model be asked now? */
  @property({ type: Boolean }) ready = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.5rem; width: 100%; }
      textarea { field-sizing: content; max-height: 20rem; line-height: 1.5; }
      .row { justify-content: end; }
    `,
  ]

  override render() {
    const words = texts.chat
    return html`
      <label class="visually-hidden" for="edit">${words.editLabel}</label>
      <textarea id="edit" data-testid="edit-field" dir="auto" rows="2" aria-describedby="hint" .value=${this.text} @keydown=${this.#key}></textarea>
      <p id="hint" class="small muted">${words.editHint}</p>
      <div class="row">
        <button class="quiet" @click=${() => this.#end(null)}>${words.cancel}</button>
        <button class="primary" data-testid="ask-again" ?disabled=${!this.ready} @click=${this.#ask}>${words.ask}</button>
      </div>`
  }

  protected override firstUpdated() {
    const field = this.renderRoot.querySelector('textarea')
    field?.focus()
    field?.setSelectionRange(field.value.length, field.value.length)
  }

  #key(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      event.preventDefault() // It stops no answer besides.
      this.#end(null)
    }
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.#ask()
  }

  readonly #ask = () => {
    const text = this.renderRoot.querySelector('textarea')?.value.trim() ?? ''
    if (this.ready && text !== '') this.#end(text)
  }

  #end(text: string | null) {
    this.dispatchEvent(new EditedEvent(text))
  }
}

export class EditedEvent extends Event {
  readonly text: string | null

  constructor(text: string | null) {
    super('hr-edited')
    this.text = text
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-edit': HrEdit
  }
  interface HTMLElementEventMap {
    'hr-edited': EditedEvent
  }
}
