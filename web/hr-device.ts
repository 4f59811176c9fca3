// One device of the room: what it is, how fast, what it holds, how far it has loaded.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView, LoadProgress } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { deviceStatus, executorName, formatBytes, formatMilliseconds, formatSpeed, holdingParts } from './format.ts'
import './hr-confirm.ts'
import { shared } from './styles.ts'

/** @fires hr-command `remove-device` */
@customElement('hr-device')
export class HrDevice extends LitElement {
  @property({ attribute: false }) device!: DeviceView
  /** May this page remove the device? */
  @property({ type: Boolean }) removable = false

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.375rem; }
      .title { display: flex; gap: 0.5rem; align-items: center; flex-wrap: wrap; }
      .name { font-weight: 600; overflow-wrap: anywhere; }
      .tag { font-size: 0.75rem; color: var(--muted); border: 1px solid var(--line-strong); border-radius: 1rem; padding: 0.0625rem 0.5rem; }
      .status { margin-inline-start: auto; font-size: 0.8125rem; color: var(--muted); display: inline-flex; align-items: center; gap: 0.375rem; }
      .status::before { content: ''; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--line-strong); }
      .Ready::before { background: var(--accent); }
      .Lost { color: var(--danger); }
      .Lost::before { background: var(--danger); }
      .Loading::before, .Measuring::before, .Connecting::before { background: var(--share-1); animation: pulse 1.4s ease-in-out infinite; }
      @keyframes pulse { 50% { opacity: 0.3; } }
      .facts { display: flex; flex-wrap: wrap; column-gap: 0.5rem; }
      .facts span:not(:last-child)::after { content: '·'; margin-inline-start: 0.5rem; color: var(--line-strong); }
      hr-confirm { justify-self: end; margin: -0.25rem -0.5rem -0.5rem 0; }
    `,
  ]

  override render() {
    const { device } = this
    const { profile, progress, holding, rttMs } = device
    const status = deviceStatus(device)
    const name = profile?.name ?? 'A device'
    return html`
      <div class="title">
        <span class="name">${name}</span>
        ${device.isSelf ? html`<span class="tag">this device</span>` : null}
        ${device.isLeader ? html`<span class="tag">leader</span>` : null}
        <span class="status ${status}" data-testid="device-status">${status}</span>
      </div>
      ${
        profile
          ? html`<p class="facts small muted numbers" title=${profile.backend}>
              <span>${executorName(profile)}</span><span>${formatSpeed(profile)}</span>
              ${rttMs === null ? null : html`<span>${formatMilliseconds(rttMs)} away</span>`}
            </p>`
          : null
      }
      ${
        holding
          ? html`<p class="facts small numbers" data-testid="device-holding">${holdingParts(holding).map((part) => html`<span>${part}</span>`)}</p>`
          : null
      }
      ${progress && !device.loaded && device.connection === 'connected' ? this.#progress(name, progress) : null}
      ${
        this.removable && !device.isSelf
          ? html`<hr-confirm label="Remove" question="Remove this device" description="Remove ${name}" data-testid="remove-device"
              @hr-confirmed=${this.#remove}></hr-confirm>`
          : null
      }
    `
  }

  #progress(name: string, { loadedBytes, totalBytes, downloadedBytes }: LoadProgress) {
    return html`<progress aria-label="${name} loads its share" max=${totalBytes} .value=${loadedBytes}></progress>
      <p class="small muted numbers">${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}, ${formatBytes(downloadedBytes)} downloaded</p>`
  }

  #remove() {
    this.dispatchEvent(new CommandEvent({ kind: 'remove-device', deviceId: this.device.deviceId }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-device': HrDevice
  }
}
