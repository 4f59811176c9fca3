// Devices that could not take their share: each by its name, with what it said, and what can be done. The room goes on without a device that
// failed where the others hold the model; this offers the ways back.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView, RoomView } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import { engineWords } from '../engine-words.ts'
import { deviceName } from '../format.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'

/** @fires hr-command `load-again`, perhaps in smaller weights, or without the device */
@customElement('hr-load-trouble')
export class HrLoadTrouble extends LitElement {
  /** Its devices’ errors are what is told. */
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
    this.hidden = !hasTrouble(this.view)
  }

  override render() {
    return troubled(this.view).map((device) => this.#trouble(device))
  }

  #trouble(device: DeviceView) {
    const words = laterTexts().loading
    const { error } = device
    if (!error) return null
    const name = deviceName(device)
    const leftOut = error.code === 'aborted'
    const goesOn = ['loading', 'ready', 'generating', 'recovering'].includes(this.view.state.kind)
    return html`<section role="status" data-testid="load-trouble">
      <div>
        <strong>${leftOut ? words.leftOut(name) : words.failedOn(name)}</strong>
        <p>${leftOut ? '' : texts.errors[error.code].advice} ${goesOn ? words.wentOn : words.stands}</p>
        ${leftOut ? null : engineWords(error.message)}
      </div>
      <div class="row">
        ${this.#button('load-again', words.tryAgain(name), {})}
        ${leftOut && goesOn ? null : this.#button('load-smaller', words.smaller, { weights: 'int4' })}
        ${goesOn ? null : this.#button('load-without', words.leaveOutNamed(name), { without: device.deviceId })}
      </div>
    </section>`
  }

  #button(testId: string, label: string, how: { weights?: 'int4'; without?: string }) {
    const busy = ['loading', 'generating', 'recovering'].includes(this.view.state.kind)
    const ask = () => this.dispatchEvent(new CommandEvent({ kind: 'load-again', ...how }))
    return html`<button class=${testId === 'load-again' ? '' : 'quiet'} data-testid=${testId} ?disabled=${busy} @click=${ask}>${label}</button>`
  }
}

function troubled({ devices }: RoomView): readonly DeviceView[] {
  return devices.filter(({ error, isSelf }) => error && !isSelf)
}

/** Is there a device of which this element tells? */
export function hasTrouble(view: RoomView): boolean {
  return troubled(view).length > 0
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-load-trouble': HrLoadTrouble
  }
}
