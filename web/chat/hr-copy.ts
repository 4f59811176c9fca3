// A button that copies a text and says whether it worked.
import { css, html, LitElement } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { copyIcon } from '../icons.ts'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'
import { smallButtons } from './small-buttons.ts'

/** How long the button says what came of it. */
const saidMs = 2_000

@customElement('hr-copy')
export class HrCopy extends LitElement {
  @property() text = ''
  @state() outcome: 'none' | 'copied' | 'refused' = 'none'

  static override styles = [
    shared,
    smallButtons,
    css`:host { display: inline-flex; } button { gap: 0; } span:not(:empty) { margin-inline-start: 0.375rem; }`,
  ]

  override render() {
    const words = { none: texts.chat.copy, copied: texts.chat.copied, refused: texts.chat.cannotCopy }[this.outcome]
    return html`<button class="quiet small-button" data-testid="copy" title=${texts.chat.copy} aria-label=${words} @click=${this.#copy}>
      ${copyIcon}<span role="status">${this.outcome === 'none' ? '' : words}</span>
    </button>`
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.text)
      this.outcome = 'copied'
    } catch (error) {
      console.info('The browser refused the clipboard.', error)
      this.outcome = 'refused'
    }
    setTimeout(() => {
      this.outcome = 'none'
    }, saidMs)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-copy': HrCopy
  }
}
