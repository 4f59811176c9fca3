// How far a load is: of the whole room for its leader, or of one device. Bytes, their rate and the time left, all from what has come.
import { css, html, LitElement, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { LoadProgress } from '../../src/index.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { DownloadRate } from './download-rate.ts'

/** @slot - buttons about this load */
@customElement('hr-load-progress')
export class HrLoadProgress extends LitElement {
  /** Its rate is taken from one to the next. */
  @property({ attribute: false }) progress!: LoadProgress
  /** Whose load it is, for screen readers. */
  @property() label = ''
  /** Of a whole room's load, said before the bytes; a device's says how many were downloaded instead. */
  @property() heading = ''
  /** Is the load held, so that no time is foretold? */
  @property({ type: Boolean }) paused = false
  readonly #rate = new DownloadRate()

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.375rem; }
      .line { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; }
      .buttons { margin-inline-start: auto; }
    `,
  ]

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('progress')) this.#rate.add(performance.now(), this.progress.downloadedBytes)
  }

  override render() {
    const { loadedBytes, totalBytes, downloadedBytes, kernels } = this.progress
    const bytes = this.heading
      ? texts.room.ofBytes(loadedBytes, totalBytes)
      : texts.device.loaded(loadedBytes, totalBytes, downloadedBytes)
    return html`<div class="line small">
        ${this.heading ? html`<span>${this.heading}</span>` : null}
        <span class="muted numbers">${bytes}</span>
        <span class="muted numbers" data-testid="load-rate">${this.#pace()}</span>
        <span class="buttons"><slot></slot></span>
      </div>
      <progress aria-label=${this.label} max=${totalBytes} .value=${loadedBytes}></progress>
      ${kernels ? html`<p class="small muted numbers" data-testid="load-kernels">${texts.device.preparing(kernels.ready, kernels.all)}</p>` : null}`
  }

  #pace(): string {
    const { loadedBytes, totalBytes } = this.progress
    const words = laterTexts().loading
    if (this.paused) return words.paused
    const { bytesPerSecond } = this.#rate
    const seconds = this.#rate.secondsFor(totalBytes - loadedBytes)
    const parts = [
      bytesPerSecond === null || loadedBytes === totalBytes ? '' : words.rate(bytesPerSecond),
      seconds === null || loadedBytes === totalBytes ? '' : words.left(seconds),
    ]
    return parts.filter(Boolean).join(' · ')
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-load-progress': HrLoadProgress
  }
}
