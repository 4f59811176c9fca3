// The room's devices: a strip of their shares of the weights, to scale, and one row each.
import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { DeviceView } from '../src/index.ts'
import './hr-device.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-devices')
export class HrDevices extends LitElement {
  @property({ attribute: false }) devices: readonly DeviceView[] = []
  /** The leader's page knows everybody's share and may remove devices; a guest's knows its own. */
  @property({ type: Boolean }) leading = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1rem; }
      svg { display: block; width: 100%; height: 0.75rem; border-radius: 1rem; background: var(--track); }
      rect:nth-child(6n + 1) { fill: var(--share-0); }
      rect:nth-child(6n + 2) { fill: var(--share-1); }
      rect:nth-child(6n + 3) { fill: var(--share-2); }
      rect:nth-child(6n + 4) { fill: var(--share-3); }
      rect:nth-child(6n + 5) { fill: var(--share-4); }
      rect:nth-child(6n) { fill: var(--share-5); }
      li { padding-block: 0.875rem; border-top: 1px solid var(--line); }
      li:first-child { border-top: 0; padding-top: 0; }
      li:last-child { padding-bottom: 0; }
    `,
  ]

  override render() {
    return html`
      <div class="row apart">
        <h2>${texts.device.devices(this.devices.length)}</h2>
        <span class="small muted numbers">${this.leading ? this.#total() : ''}</span>
      </div>
      ${this.leading ? this.#strip() : null}
      <ul>
        ${repeat(
          this.devices,
          ({ deviceId }) => deviceId,
          (device) => html`<li data-device-id=${device.deviceId}>
            <hr-device .device=${device} ?removable=${this.leading}></hr-device>
          </li>`,
        )}
      </ul>
    `
  }

  #total() {
    const held = this.devices.reduce((sum, { holding }) => sum + (holding?.weightBytes ?? 0), 0)
    return held > 0 ? texts.device.inAll(held) : ''
  }

  #strip() {
    const shares = this.devices.map(({ holding }) => holding?.weightBytes ?? 0)
    const total = shares.reduce((sum, bytes) => sum + bytes, 0)
    if (total === 0) return null
    const named = this.devices.map(({ name }, index) => ({
      name,
      percent: Math.round((100 * shares[index]!) / total),
    }))
    let start = 0
    return html`<svg role="img" aria-label=${texts.device.shares(named)} viewBox="0 0 1000 12" preserveAspectRatio="none">
      ${shares.map((bytes) => {
        const width = (1_000 * bytes) / total
        const rect = svg`<rect x=${start} y="0" width=${Math.max(0, width - 3)} height="12"></rect>`
        start += width
        return rect
      })}
    </svg>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-devices': HrDevices
  }
}
