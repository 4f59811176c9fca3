// The page's settings, few as they are: what it keeps on this device, whether it opens offline, and its version.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { CommandEvent } from './commands.ts'
import './hr-confirm.ts'
import type { OfflineState } from './service-worker.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `forget-downloads` */
@customElement('hr-foot')
export class HrFoot extends LitElement {
  /** Bytes of model files kept on this device; null when not known. */
  @property({ type: Number }) cachedBytes: number | null = null
  @property() offline: OfflineState = 'absent'
  @property() version = ''
  @property({ type: Boolean }) forgetting = false

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; justify-content: space-between; color: var(--muted); font-size: 0.8125rem; padding-block: 1rem; }
      hr-confirm { margin-inline-start: -0.75rem; }
    `,
  ]

  override render() {
    const words = texts.foot
    return html`
      ${
        this.cachedBytes
          ? html`<hr-confirm data-testid="forget-downloads" quiet label=${words.forget(this.cachedBytes)}
              question=${words.forgetQuestion(this.cachedBytes)} ?disabled=${this.forgetting} @hr-confirmed=${this.#forget}></hr-confirm>`
          : html`<span>${words.nothingKept}</span>`
      }
      <span>${this.#offlineWords()}</span>
      <span>${words.version(this.version)}</span>
    `
  }

  #offlineWords(): string {
    if (this.offline === 'kept') return texts.foot.offline
    return this.offline === 'refused' ? texts.foot.offlineRefused : ''
  }

  #forget() {
    this.dispatchEvent(new CommandEvent({ kind: 'forget-downloads' }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-foot': HrFoot
  }
}
