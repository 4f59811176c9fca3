// A button for what cannot be taken back: the first press asks, the second does it.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/**
 * Escape, or moving the focus elsewhere, is a no.
 * @fires hr-confirmed when the second press came
 * @slot - stands for the label, e.g. an icon
 */
@customElement('hr-confirm')
export class HrConfirm extends LitElement {
  /** The words of the first button. */
  @property() label = ''
  /** The words of the second button; say what will happen. */
  @property() question = ''
  /** What the button is about, for screen readers: "Remove Pixel 9". */
  @property() description = ''
  /** Without a border, where it stands beside more important things. */
  @property({ type: Boolean }) quiet = false
  /** Can it not be pressed now? */
  @property({ type: Boolean }) disabled = false
  @state() asking = false

  static override styles = [
    shared,
    css`
      :host { display: inline-flex; }
      .row { flex-wrap: nowrap; gap: 0.25rem; }
      button { font-size: 0.9375rem; }
    `,
  ]

  override render() {
    if (!this.asking)
      return html`<button class=${this.quiet ? 'quiet' : ''} aria-label=${this.description || this.label} ?disabled=${this.disabled}
        @click=${() => this.#ask(true)}><slot>${this.label}</slot></button>`
    return html`<span class="row" @keydown=${this.#escape} @focusout=${this.#leave}>
      <button class="danger" @click=${this.#confirm}>${this.question}</button>
      <button class="quiet" @click=${() => this.#ask(false)}>${texts.page.cancel}</button>
    </span>`
  }

  async #ask(asking: boolean) {
    this.asking = asking
    await this.updateComplete
    this.renderRoot.querySelector('button')?.focus()
  }

  #confirm() {
    this.asking = false
    this.dispatchEvent(new Event('hr-confirmed'))
  }

  #escape(event: KeyboardEvent) {
    if (event.key !== 'Escape') return
    event.preventDefault() // It stops no answer besides.
    void this.#ask(false)
  }

  #leave(event: FocusEvent) {
    const row = event.currentTarget
    if (row instanceof HTMLElement && event.relatedTarget instanceof Node && !row.contains(event.relatedTarget))
      this.asking = false
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-confirm': HrConfirm
  }
  interface HTMLElementEventMap {
    'hr-confirmed': Event
  }
}
