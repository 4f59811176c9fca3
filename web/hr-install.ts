// The offer to put the page among the device's apps: one button, or what to press where the browser has no prompt.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { InstallOffer, InstallWay } from './install-offer.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-install')
export class HrInstall extends LitElement {
  /** Asked to install when somebody presses the button. */
  @property({ attribute: false }) offer!: InstallOffer
  /** How, at the moment. */
  @property() way: InstallWay = 'none'

  static override styles = [
    shared,
    css`
      :host { display: block; }
      section { display: grid; gap: 0.75rem; }
    `,
  ]

  override render() {
    const { way } = this
    if (way === 'none') return null
    const words = texts.install
    return html`<section class="card" data-testid="install">
      <h2>${words.heading}</h2>
      <p class="small muted">${words.why}</p>
      ${way === 'by-hand' ? html`<p>${words.byHand}</p>` : null}
      <div class="row">
        ${way === 'prompt' ? html`<button data-testid="install-now" @click=${() => this.offer.install()}>${words.install}</button>` : null}
        <button class="quiet" data-testid="install-later" @click=${() => this.offer.decline()}>${words[way === 'prompt' ? 'notNow' : 'understood']}</button>
      </div>
    </section>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-install': HrInstall
  }
}
