// The room's devices: a strip of their shares of the weights, to scale, and one row each.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { DeviceView } from '../src/index.ts'
import './hr-device.ts'
import './hr-shares.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-devices')
export class HrDevices extends LitElement {
  /** In the order of the room’s list, this one among them. */
  @property({ attribute: false }) devices: readonly DeviceView[] = []
  /** The leader's page knows everybody's share and may remove devices; a guest's knows its own device and the leader's. */
  @property({ type: Boolean }) leading = false
  /** Is the running load paused? */
  @property({ type: Boolean }) paused = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 1rem; }
      li { padding-block: 0.875rem; border-top: 1px solid var(--line); }
      li:first-child { border-top: 0; padding-top: 0; }
      li:last-child { padding-bottom: 0; }
    `,
  ]

  override render() {
    return html`
      <div class="row apart">
        <h2>${this.leading ? texts.device.devices(this.devices.length) : texts.device.thisAndLeader}</h2>
        <span class="small muted numbers">${this.leading ? this.#total() : ''}</span>
      </div>
      ${this.leading ? html`<hr-shares .devices=${this.devices}></hr-shares>` : null}
      <ul>
        ${repeat(
          this.devices,
          ({ deviceId }) => deviceId,
          (device) => html`<li data-device-id=${device.deviceId}>
            <hr-device .device=${device} ?removable=${this.leading} ?paused=${this.paused}></hr-device>
          </li>`,
        )}
      </ul>
    `
  }

  #total() {
    const held = this.devices.reduce((sum, { holding }) => sum + (holding?.weightBytes ?? 0), 0)
    return held > 0 ? texts.device.inAll(held) : ''
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-devices': HrDevices
  }
}
