// One thing people should know: what happened and what to do, with one button as a rule.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { ErrorData } from '../src/index.ts'
import { engineWords } from './engine-words.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

export type NoticeTone = 'error' | 'warning' | 'information'

/**
 * Errors interrupt a screen reader, the rest waits.
 * @fires hr-notice-action when its button is pressed
 * @slot - words after the message
 * @slot beside - a quieter button before its own
 */
@customElement('hr-notice')
export class HrNotice extends LitElement {
  /** Errors interrupt a screen reader and scroll into sight. */
  @property() tone: NoticeTone = 'error'
  /** Stands before the message; empty: the words for the error’s code. */
  @property() heading = ''
  /** What to do; empty: the words for the error’s code. */
  @property() message = ''
  /** In place of a message and a heading that are not set: the words for its code, and beneath what the engine says of it. */
  @property({ attribute: false, hasChanged: isOtherError }) error: ErrorData | null = null
  /** The button's words; empty for none. */
  @property() action = ''

  static override styles = [
    shared,
    css`
      :host { display: block; }
      section { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: center; padding: 0.875rem 1rem; border-radius: 0.875rem; font-size: 0.9375rem; }
      div { flex: 1 1 14rem; overflow-wrap: anywhere; }
      .error { background: var(--danger-soft); }
      .warning { background: var(--warning-soft); }
      .information { background: var(--accent-soft); }
      .error strong { color: var(--danger); }
      .warning strong { color: var(--warning); }
      [lang='en'] { margin-top: 0.25rem; }
    `,
  ]

  /** People may have scrolled past the place where an error is told. */
  protected override updated(changed: PropertyValues<this>) {
    if (this.tone === 'error' && (changed.has('message') || changed.has('error')))
      this.scrollIntoView({ block: 'nearest' })
  }

  override render() {
    const words = this.error && texts.errors[this.error.code]
    const heading = this.heading || words?.headline
    return html`<section class=${this.tone} role=${this.tone === 'error' ? 'alert' : 'status'}>
      <div>
        ${heading ? html`<strong>${heading}</strong><br />` : null}
        <span>${this.message || words?.advice}</span><slot></slot>
        ${this.error ? engineWords(this.error.message) : null}
      </div>
      <slot name="beside"></slot>
      ${this.action ? html`<button @click=${this.#act}>${this.action}</button>` : null}
    </section>`
  }

  #act() {
    this.dispatchEvent(new Event('hr-notice-action'))
  }
}

/** Views bring the same error as a new object each time. */
function isOtherError(now: ErrorData | null, before: ErrorData | null | undefined): boolean {
  return now?.code !== before?.code || now?.message !== before?.message
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-notice': HrNotice
  }
  interface HTMLElementEventMap {
    'hr-notice-action': Event
  }
}
