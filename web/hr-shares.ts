// A strip of all devices' shares of the weights, to scale; nothing while nobody holds any.
import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView } from '../src/index.ts'
import { markClass, markStyles } from './room-work/device-marks.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-shares')
export class HrShares extends LitElement {
  /** Those without a share take no room. */
  @property({ attribute: false }) devices: readonly DeviceView[] = []

  static override styles = [
    shared,
    markStyles,
    css`
      :host { display: block; }
      svg { display: block; width: 100%; height: 0.75em; border-radius: 1em; background: var(--track); }
      rect { fill: var(--mark); }
    `,
  ]

  protected override willUpdate() {
    this.hidden = sharesOf(this.devices) === null
  }

  override render() {
    const shares = sharesOf(this.devices)
    if (!shares) return null
    const named = this.devices.map(({ name }, index) => ({ name, share: shares[index]! }))
    let start = 0
    return html`<svg role="img" aria-label=${texts.device.shares(named)} viewBox="0 0 1000 12" preserveAspectRatio="none">
      ${shares.map((share, index) => {
        const width = 1_000 * share
        const rect = svg`<rect class=${markClass(index)} x=${start} y="0" width=${Math.max(0, width - 3)} height="12"></rect>`
        start += width
        return rect
      })}
    </svg>`
  }
}

/** Each device's part of all weights that are held, from 0 to 1; null while nobody holds any. */
export function sharesOf(devices: readonly DeviceView[]): number[] | null {
  const bytes = devices.map(({ holding }) => holding?.weightBytes ?? 0)
  const total = bytes.reduce((sum, held) => sum + held, 0)
  return total === 0 ? null : bytes.map((held) => held / total)
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-shares': HrShares
  }
}
