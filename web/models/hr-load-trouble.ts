// Devices that could not take their share: each by its name, with what it said, and what can be done. The room goes on without a device that
// failed where the others hold the model; this offers the ways back.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView, RoomView } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import { deviceName } from '../format.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'

/** @fires hr-command `load-again`, perhaps in smaller weights */
@customElement('hr-load-trouble')
export class HrLoadTrouble extends LitElement {
  @property({ attribute: false }) view!: RoomView

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.5rem; }
      section { display: grid; gap: 0.5rem; padding: 0.875rem 1rem; border-radius: 0.875rem; font-size: 0.9375rem; background: var(--warning-soft); overflow-wrap: anywhere; }
      strong { color: var(--warning); }
    `,
  ]

  protected override willUpdate() {
    this.hidden = this.#failed.length === 0
  }

  override render() {
    return this.#failed.map((device) => this.#trouble(device))
  }

  get #failed(): readonly DeviceView[] {
    return this.view.devices.filter(({ error, isSelf }) => error && !isSelf)
  }

  #trouble(device: DeviceView) {
    const words = laterTexts().loading
    const { error } = device
    if (!error) return null
    const name = deviceName(device)
    const leftOut = error.code === 'aborted'
    const goesOn = ['loading', 'ready', 'generating', 'recovering'].includes(this.view.state.kind)
    const busy = ['loading', 'generating', 'recovering'].includes(this.view.state.kind)
    return html`<section role="status" data-testid="load-trouble">
      <div>
        <strong>${leftOut ? words.leftOut(name) : words.failedOn(name)}</strong>
        <p>${leftOut ? '' : texts.errors[error.code].advice} ${goesOn ? words.wentOn : ''}</p>
        ${leftOut ? null : html`<p class="small muted" lang="en">${error.message}</p>`}
      </div>
      <div class="row">
        <button data-testid="load-again" ?disabled=${busy} @click=${() => this.#again()}>${words.tryAgain(name)}</button>
        ${leftOut ? null : html`<button class="quiet" data-testid="load-smaller" ?disabled=${busy} @click=${() => this.#again('int4')}>${words.smaller}</button>`}
      </div>
    </section>`
  }

  #again(weights?: 'int4') {
    this.dispatchEvent(new CommandEvent({ kind: 'load-again', ...(weights && { weights }) }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-load-trouble': HrLoadTrouble
  }
}
