// What lending this device means, in numbers: each is measured on this device or follows from the model's size and what it offers.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { CatalogueModel, DeviceProfile } from '../src/index.ts'
import { BatteryLevel } from './battery-level.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-terms')
export class HrTerms extends LitElement {
  /** null until this device has measured itself. */
  @property({ attribute: false }) profile: DeviceProfile | null = null
  /** The model the room most likely runs; null when not known. */
  @property({ attribute: false }) model: CatalogueModel | null = null
  /** What a share of the model is to bring, where the room has said so. */
  @property({ attribute: false }) share: { number: string; words: string } | null = null
  readonly #battery = new BatteryLevel(this)

  static override styles = [
    shared,
    css`
      :host { display: block; }
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, max(9rem, 40%)), 1fr)); gap: 1rem 1.25rem; }
      dt { color: var(--muted); font-size: 0.8125rem; }
      .number { font-size: 1.25rem; line-height: 1.3; font-weight: 640; letter-spacing: -0.01em; }
    `,
  ]

  override render() {
    return html`<dl class="numbers" data-testid="terms">
      ${this.#terms().map(
        ({ name, number, words }) => html`<div>
          <dt>${name}</dt>
          <dd class="number">${number}</dd>
          <dd class="small muted">${words}</dd>
        </div>`,
      )}
    </dl>`
  }

  #terms(): { name: string; number: string; words: string }[] {
    const { profile, model } = this
    const { battery } = this.#battery
    const words = texts.terms
    const unknown = texts.device.measuring
    return [
      {
        name: words.compute,
        number: profile ? words.perSecond(profile.weightBytesPerSecond) : unknown,
        words: words.computeOn(profile ? texts.device.executors[profile.executor] : null),
      },
      {
        name: words.memory,
        number: profile ? texts.device.upTo(profile.memoryBytes) : unknown,
        words: words.memoryBack,
      },
      {
        name: words.data,
        ...(this.share ?? {
          number: model
            ? words.atMost(Math.min(model.sizeBytes, profile?.memoryBytes ?? model.sizeBytes))
            : words.itsShare,
          words: words.once(model?.name ?? null),
        }),
      },
      {
        name: words.battery,
        number: battery ? texts.serving.batteryLevel(battery.level, battery.charging) : words.notTold,
        words: words.batteryUse,
      },
    ]
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-terms': HrTerms
  }
}
