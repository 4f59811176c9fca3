// A button that copies a text and says whether it worked.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { Copying } from '../copying.ts'
import { copyIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'
import { smallButtons } from './small-buttons.ts'

@customElement('hr-copy')
export class HrCopy extends LitElement {
  /** What is copied, as it stands. */
  @property() text = ''
  readonly #copying = new Copying(this)

  static override styles = [
    shared,
    smallButtons,
    css`:host { display: inline-flex; } button { gap: 0; } span:not(:empty) { margin-inline-start: 0.375rem; }`,
  ]

  override render() {
    const { outcome } = this.#copying
    const words = { none: texts.chat.copy, copied: texts.chat.copied, refused: texts.chat.cannotCopy }[outcome]
    return html`<button class="quiet small-button" data-testid="copy" title=${texts.chat.copy} aria-label=${words} @click=${() => this.#copying.copy(this.text)}>
      ${copyIcon}<span role="status">${outcome === 'none' ? '' : words}</span>
    </button>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-copy': HrCopy
  }
}
