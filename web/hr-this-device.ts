// What this device measured of itself, in a line or two.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceProfile } from '../src/index.ts'
import { LaterPart } from './later-part.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-this-device')
export class HrThisDevice extends LitElement {
  readonly #figures = new LaterPart(this, () => import('./hr-executors.ts'))
  /** null until it has measured itself. */
  @property({ attribute: false }) profile: DeviceProfile | null = null
  /** Is it measuring now? */
  @property({ type: Boolean }) measuring = false

  static override styles = [
    shared,
    css`
      :host { display: block; }
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem 1.5rem; }
      dt { color: var(--muted); font-size: 0.8125rem; }
      dd { font-weight: 560; }
      details { margin-top: 0.75rem; }
      h2 { margin-bottom: 0.75rem; }
    `,
  ]

  protected override willUpdate() {
    if (this.profile && this.#figures.state === 'unasked') void this.#figures.fetch()
  }

  override render() {
    const { profile } = this
    const words = texts.device
    if (!profile)
      return html`<h2>${words.thisDevice}</h2><p class="muted" role="status">${this.measuring ? words.measuring : words.notMeasured}</p>`
    const executor = words.executors[profile.executor]
    const computesOn = profile.executor === 'wasm' ? words.withThreads(executor, profile.threads) : executor
    return html`<h2>${words.thisDevice}</h2>
      <dl class="numbers" title=${profile.backend}>
        <div><dt>${words.name}</dt><dd>${profile.name}</dd></div>
        <div><dt>${words.computesOn}</dt><dd>${computesOn}</dd></div>
        <div><dt>${words.measuredSpeed}</dt><dd>${words.speed(profile.weightBytesPerSecond)}</dd></div>
        <div><dt>${words.memoryToGive}</dt><dd>${words.upTo(profile.memoryBytes)}</dd></div>
      </dl>
      <details>
        <summary class="small">${words.figures}</summary>
        <hr-executors .profile=${profile}></hr-executors>
      </details>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-this-device': HrThisDevice
  }
}
