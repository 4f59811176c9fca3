// Whether a model fits the room, before anything of it is loaded: what each device would hold, how fast it would be, or what is missing.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { ExpectedSpeed, Remedy, RoomFit } from '../../src/index.ts'
import { CommandEvent } from '../commands.ts'
import '../hr-notice.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import type { FitView } from './model-work.ts'

/** @fires hr-command `load-model`, in other weights where those would do */
@customElement('hr-fit')
export class HrFit extends LitElement {
  /** null: no model was chosen. */
  @property({ attribute: false }) view: FitView | null = null

  static override styles = [
    shared,
    css`
      :host { display: block; }
      section { display: grid; gap: 0.375rem; padding: 0.875rem 1rem; border-radius: 0.875rem; font-size: 0.9375rem; background: var(--accent-soft); }
      section.not { background: var(--warning-soft); }
      .not strong { color: var(--warning); }
      dl { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.125rem 1rem; }
      ul { list-style: disc; padding-inline-start: 1.25rem; }
      details summary { padding-block: 0.25rem; }
    `,
  ]

  override render() {
    const { view } = this
    if (!view) return null
    if (view.error) return html`<hr-notice .error=${view.error}></hr-notice>`
    if (!view.fit) return html`<p class="small muted" role="status">${laterTexts().fit.reading}</p>`
    return html`<div role="status" data-testid="fit">${this.#said(view.fit)}</div>`
  }

  #said(fit: RoomFit) {
    const words = laterTexts().fit
    const sizes = words.sizes(fit.modelBytes, fit.offeredBytes)
    if (!fit.fits)
      return html`<section class="not"><strong>${words.fitsNot}</strong>
        <p>${words.missing(fit.missingBytes)} ${sizes}</p>${this.#remedies(fit.remedies)}</section>`
    return html`<section><strong>${words.fits}</strong>
      <p>${sizes}</p>
      ${fit.weights === 'auto' ? null : html`<p>${words.held[fit.weights]}</p>`}
      ${fit.speed ? html`<p>${speedWords(fit.speed)}</p>` : null}
      <details><summary class="small">${words.shares}</summary>
        <dl class="small numbers">${fit.devices.map(
          ({ name, memoryBytes, offeredBytes }) =>
            html`<dt>${name}</dt><dd>${words.share(memoryBytes, offeredBytes)}</dd>`,
        )}</dl>
      </details></section>`
  }

  #remedies(remedies: readonly Remedy[]) {
    const words = laterTexts().fit
    if (remedies.length === 0) return html`<p>${words.noRemedy}</p>`
    return html`<p>${words.remedies}</p><ul>${remedies.map((remedy) => html`<li>${this.#remedy(remedy)}</li>`)}</ul>`
  }

  #remedy(remedy: Remedy) {
    const words = laterTexts().fit
    switch (remedy.kind) {
      case 'start-elsewhere':
        return words.startElsewhere(remedy.deviceName)
      case 'more-devices':
        return words.moreDevices(remedy.count, remedy.deviceName, remedy.memoryBytes)
      case 'shorter-context':
        return html`<a href=${withContext(remedy.positions)}>${words.shorterContext(remedy.positions)}</a>`
      case 'smaller-weights':
        return html`<button @click=${() => this.#load(remedy.format)}>${words.smallerWeights[remedy.format]}</button>`
    }
  }

  #load(weights: 'int8' | 'int4') {
    if (!this.view) return
    const { model, options } = this.view
    this.dispatchEvent(new CommandEvent({ kind: 'load-model', model, ...options, weights }))
  }
}

/** This page with a shorter memory: a leader that opens it leads the same room. */
function withContext(positions: number): string {
  const url = new URL(location.href)
  url.searchParams.set('context', String(positions))
  return url.href
}

function speedWords(speed: ExpectedSpeed): string {
  const words = laterTexts().fit
  if (speed.known) return words.speed(1000 / speed.tokenMs)
  const why = speed.missing === 'round-trip' ? words.noRoundTrip : words.noReadback
  return why(speed.deviceName, speed.computeMs)
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-fit': HrFit
  }
}
