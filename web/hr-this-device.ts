// What this device measured of itself, in a line or two.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceProfile } from '../src/index.ts'
import { executorName, formatBytes, formatPlural, formatSpeed } from './format.ts'
import './hr-executors.ts'
import { shared } from './styles.ts'

@customElement('hr-this-device')
export class HrThisDevice extends LitElement {
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

  override render() {
    const { profile } = this
    if (!profile)
      return html`<h2>This device</h2><p class="muted" role="status">${this.measuring ? 'Measuring what it can do…' : 'Not measured.'}</p>`
    const threads = profile.executor === 'wasm' ? `, ${formatPlural(profile.threads, 'thread')}` : ''
    return html`<h2>This device</h2>
      <dl class="numbers" title=${profile.backend}>
        <div><dt>Name</dt><dd>${profile.name}</dd></div>
        <div><dt>Computes on</dt><dd>${executorName(profile)}${threads}</dd></div>
        <div><dt>Measured speed</dt><dd>${formatSpeed(profile)}</dd></div>
        <div><dt>Memory to give</dt><dd>up to ${formatBytes(profile.memoryBytes)}</dd></div>
      </dl>
      <details>
        <summary class="small">What was measured</summary>
        <hr-executors .profile=${profile}></hr-executors>
      </details>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-this-device': HrThisDevice
  }
}
