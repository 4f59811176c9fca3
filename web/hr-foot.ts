// The page's settings, few as they are: what it keeps on this device, whether it opens offline, and its version.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { CatalogueModel, KeptDownloads } from '../src/index.ts'
import { LaterPart } from './later-part.ts'
import { wasAskedAgain } from './models/was-asked-again.ts'
import type { OfflineState } from './service-worker.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-foot')
export class HrFoot extends LitElement {
  readonly #list = new LaterPart(this, () => import('./models/hr-kept.ts'))
  /** What is kept on this device; null where the browser does not tell. */
  @property({ attribute: false }) kept: KeptDownloads | null = null
  /** Of this page’s server, for their names; null while it is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** How many times somebody asked to see it. */
  @property({ attribute: false }) keptAsked = 0
  /** Does this page open without a network? */
  @property() offline: OfflineState = 'absent'
  /** Of this build of the page. */
  @property() version = ''
  /** Are downloads being deleted? */
  @property({ type: Boolean }) forgetting = false

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; justify-content: space-between; color: var(--muted); font-size: 0.8125rem; padding-block: 1rem; }
      hr-kept { flex: 1 1 100%; min-width: 0; }
    `,
  ]

  protected override willUpdate() {
    if (this.#keepsModels && this.#list.state === 'unasked') void this.#list.fetch()
  }

  get #keepsModels(): boolean {
    return this.kept !== null && this.kept.models.length > 0
  }

  override render() {
    const words = texts.foot
    return html`
      ${
        this.#keepsModels
          ? html`<hr-kept .kept=${this.kept} .models=${this.models} .asked=${this.keptAsked} ?forgetting=${this.forgetting}></hr-kept>`
          : html`<span tabindex="-1" data-testid="nothing-kept">${words.nothingKept}</span>`
      }
      <span>${this.#offlineWords()}</span>
      <span>${words.version(this.version)}</span>
    `
  }

  /** Where something is kept, its list is led to instead. */
  protected override updated(changed: PropertyValues<this>) {
    if (!wasAskedAgain(changed.get('keptAsked'), this.keptAsked)) return
    this.renderRoot.querySelector<HTMLElement>('[data-testid=nothing-kept]')?.focus()
  }

  #offlineWords(): string {
    if (this.offline === 'kept') return texts.foot.offline
    return this.offline === 'refused' ? texts.foot.offlineRefused : ''
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-foot': HrFoot
  }
}
