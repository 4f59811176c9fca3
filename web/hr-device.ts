// One device of the room: what it is, how fast, what it holds, how far it has loaded.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView, LoadProgress } from '../src/index.ts'
import { CommandEvent } from './commands.ts'
import { engineWords } from './engine-words.ts'
import { facts, factsStyle } from './facts.ts'
import { deviceName, deviceStatus, holdingParts, profileParts } from './format.ts'
import './hr-confirm.ts'
import './hr-executors.ts'
import { closeIcon } from './icons.ts'
import './models/hr-load-progress.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

/** @fires hr-command `remove-device`, `leave-out` */
@customElement('hr-device')
export class HrDevice extends LitElement {
  /** As the room sees it; on a guest’s page, other devices come without their shares. */
  @property({ attribute: false }) device!: DeviceView
  /** May this page remove the device? */
  @property({ type: Boolean }) removable = false
  /** Is the load that it takes part in paused? */
  @property({ type: Boolean }) paused = false

  static override styles = [
    shared,
    factsStyle,
    css`
      :host { display: grid; gap: 0.375rem; }
      .title { display: flex; gap: 0.5rem; align-items: center; flex-wrap: wrap; }
      .name { font-weight: 600; overflow-wrap: anywhere; }
      .tag { font-size: 0.75rem; color: var(--muted); border: 1px solid var(--line-strong); border-radius: 1rem; padding: 0.0625rem 0.5rem; }
      .status { margin-inline-start: auto; font-size: 0.8125rem; color: var(--muted); display: inline-flex; align-items: center; gap: 0.375rem; }
      .status::before { content: ''; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--line-strong); }
      .ready::before, .connected::before { background: var(--accent); }
      .lost, .failed, .problem { color: var(--danger); }
      .lost::before, .failed::before { background: var(--danger); }
      .loading::before, .measuring::before, .connecting::before { background: var(--share-1); animation: pulse 1.4s ease-in-out infinite; }
      @keyframes pulse { 50% { opacity: 0.3; } }
      hr-confirm { margin: -0.5rem -0.75rem -0.5rem -0.25rem; }
    `,
  ]

  override render() {
    const { device } = this
    const words = texts.device
    const { profile, progress, holding, rttMs, error, isLeader } = device
    const status = deviceStatus(device)
    const name = deviceName(device)
    const tag = [device.isSelf ? words.you : '', isLeader && device.name ? words.leader : ''].filter(Boolean).join(', ')
    return html`
      <div class="title">
        <span class="name">${name}</span>
        ${tag ? html`<span class="tag">${tag}</span>` : null}
        <span class="status ${status}" data-testid="device-status">${words.status[status]}</span>
        ${
          this.removable && !device.isSelf
            ? html`<hr-confirm quiet question=${words.remove} description=${words.removeNamed(name)} data-testid="remove-device"
                @hr-confirmed=${this.#remove}>${closeIcon}</hr-confirm>`
            : null
        }
      </div>
      <div class="small numbers">
        ${profile ? html`<p class="facts muted" title=${profile.backend}>${facts(profileParts(profile, rttMs))}</p>` : null}
        ${holding ? html`<p class="facts" data-testid="device-holding">${facts(holdingParts(holding))}</p>` : null}
        ${
          profile
            ? html`<details data-testid="device-measured"><summary class="muted">${texts.device.figures}</summary>
                <hr-executors .profile=${profile} .report=${device.report}></hr-executors></details>`
            : null
        }
      </div>
      ${error ? html`<div><p class="small problem"><strong>${texts.errors[error.code].headline}</strong></p>${this.removable && !device.isSelf ? null : engineWords(error.message)}</div>` : null}
      ${progress && !error && !device.report && device.connection === 'connected' ? this.#progress(name, progress) : null}
    `
  }

  #progress(name: string, progress: LoadProgress) {
    return html`<hr-load-progress label=${texts.device.loads(name)} ?paused=${this.paused} .progress=${progress}>
      ${
        this.removable && !this.device.isSelf
          ? html`<button class="quiet" aria-label="${laterTexts().loading.leaveOut}: ${name}" data-testid="leave-out" @click=${this.#leaveOut}>${laterTexts().loading.leaveOut}</button>`
          : null
      }
    </hr-load-progress>`
  }

  #leaveOut() {
    this.dispatchEvent(new CommandEvent({ kind: 'leave-out', deviceId: this.device.deviceId }))
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
