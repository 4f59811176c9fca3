// One thing people should know: what happened and what to do, with at most one button.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { shared } from './styles.ts'

export type NoticeTone = 'error' | 'warning' | 'information'

/** Errors interrupt a screen reader, the rest waits. Fires `hr-notice-action` when its button is pressed. */
@customElement('hr-notice')
export class HrNotice extends LitElement {
  @property() tone: NoticeTone = 'error'
  @property() heading = ''
  @property() message = ''
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
    `,
  ]

  /** People may have scrolled past the place where an error is told. */
  protected override updated(changed: PropertyValues<this>) {
    if (this.tone === 'error' && changed.has('message')) this.scrollIntoView({ block: 'nearest' })
  }

  override render() {
    return html`<section class=${this.tone} role=${this.tone === 'error' ? 'alert' : 'status'}>
      <div>
        ${this.heading ? html`<strong>${this.heading}</strong><br />` : null}
        <span>${this.message}</span><slot></slot>
      </div>
      ${this.action ? html`<button @click=${this.#act}>${this.action}</button>` : null}
    </section>`
  }

  #act() {
    this.dispatchEvent(new Event('hr-notice-action'))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-notice': HrNotice
  }
  interface HTMLElementEventMap {
    'hr-notice-action': Event
  }
}
