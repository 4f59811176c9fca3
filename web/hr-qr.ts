// A QR code as one SVG path: sharp at every size, and nothing inline for the content security policy to refuse.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { encodeQR } from 'qr'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'

/** Dark on white in every colour scheme, with the quiet zone that scanners want. */
@customElement('hr-qr')
export class HrQr extends LitElement {
  /** What a camera reads. */
  @property() text = ''

  static override styles = [
    shared,
    css`
      :host { display: block; }
      svg { display: block; width: 100%; height: auto; background: #fff; border-radius: 0.875rem; }
      path { fill: #10201c; }
    `,
  ]

  override render() {
    const modules = encodeQR(this.text, 'raw', { ecc: 'medium', border: 3 })
    const path = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
    return html`<svg role="img" aria-label=${laterTexts().invite.code} viewBox="0 0 ${modules.length} ${modules.length}"
      shape-rendering="crispEdges"><path d=${path}></path></svg>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-qr': HrQr
  }
}
