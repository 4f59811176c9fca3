// What is kept on this device: each model's downloads with their bytes and last use, how full the page's storage is, and ways to free it.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { CatalogueModel, KeptDownloads, KeptModel } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import '../hr-confirm.ts'
import { shared } from '../styles.ts'
import { texts } from '../texts/texts.ts'
import { modelName } from './model-name.ts'
import { wasAskedAgain } from './was-asked-again.ts'

/** @fires hr-command `forget-model`, `forget-downloads` */
@customElement('hr-kept')
export class HrKept extends LitElement {
  /** At least one model. */
  @property({ attribute: false }) kept!: KeptDownloads
  /** Of this page’s server, for their names; null while it is asked. */
  @property({ attribute: false }) models: readonly CatalogueModel[] | null = null
  /** How many times somebody asked to see it. */
  @property({ attribute: false }) asked = 0
  /** Are downloads being deleted? */
  @property({ type: Boolean }) forgetting = false
  @query('details') private details!: HTMLDetailsElement

  static override styles = [
    shared,
    css`
      :host { display: block; }
      .list { display: grid; gap: 0.5rem; padding-block: 0.25rem 0.5rem; }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; border-top: 1px solid var(--line); }
      li > div { flex: 1 1 12rem; padding-block: 0.5rem; overflow-wrap: anywhere; }
      .name { color: var(--ink); }
      hr-confirm { margin-inline-start: auto; }
    `,
  ]

  override render() {
    const words = texts.kept
    const { models, usedBytes, quotaBytes } = this.kept
    const bytes = models.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return html`<details data-testid="kept">
      <summary class="numbers">${words.summary(bytes)}</summary>
      <div class="list">
        ${
          usedBytes !== null && quotaBytes
            ? html`<p class="numbers">${words.used(usedBytes, quotaBytes)}</p>
              <progress aria-label=${words.used(usedBytes, quotaBytes)} max=${quotaBytes} .value=${usedBytes}></progress>`
            : null
        }
        <ul>${models.map((model) => this.#model(model))}</ul>
        ${
          models.length > 1
            ? html`<hr-confirm data-testid="forget-downloads" label=${words.removeAll} question=${words.removeAllQuestion(bytes)}
                ?disabled=${this.forgetting} @hr-confirmed=${() => this.dispatchEvent(new CommandEvent({ kind: 'forget-downloads' }))}></hr-confirm>`
            : null
        }
      </div>
    </details>`
  }

  /** Whoever asked to see it is led there, each time. */
  protected override updated(changed: PropertyValues<this>) {
    if (!wasAskedAgain(changed.get('asked'), this.asked)) return
    this.details.open = true
    const summary = this.renderRoot.querySelector('summary')
    summary?.scrollIntoView({ block: 'nearest' })
    summary?.focus()
  }

  #model({ modelId, byteLength, usedAtMs }: KeptModel) {
    const words = texts.kept
    const name = modelId === null ? words.unnamed : modelName(this.models, modelId)
    const facts = [texts.numbers.bytes(byteLength), usedAtMs === null ? '' : words.lastUsed(usedAtMs)]
    return html`<li>
      <div><p class="name">${name}</p><p class="numbers">${facts.filter(Boolean).join(' · ')}</p></div>
      <hr-confirm quiet label=${words.remove} description=${words.removeNamed(name)} question=${words.removeQuestion(byteLength)}
        data-testid="forget-model" ?disabled=${this.forgetting}
        @hr-confirmed=${() => this.dispatchEvent(new CommandEvent({ kind: 'forget-model', modelId }))}></hr-confirm>
    </li>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-kept': HrKept
  }
}
