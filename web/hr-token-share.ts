// A guest's part of each of the last tokens as a picture: one bar a token, as high as the token took long, filled as far as this device
// computed; in the rest it waited for the other devices and the ways between. By its own clock (`StepFigures` of a guest's page).
import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { StepFigures } from '../src/index.ts'
import { shared } from './styles.ts'
import { texts } from './texts/texts.ts'

/** Bars side by side; older tokens have left the picture. */
const mostBars = 48
const height = 100

@customElement('hr-token-share')
export class HrTokenShare extends LitElement {
  /** Of this device alone, oldest first. */
  @property({ attribute: false }) steps: readonly StepFigures[] = []

  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.5rem; }
      svg { display: block; width: 100%; height: 5.5rem; }
      :host-context([dir='rtl']) svg { transform: scaleX(-1); }
      .all { fill: var(--track); }
      .own { fill: var(--share-0); }
      .key::before { content: ''; display: inline-block; width: 0.75em; height: 0.75em; border-radius: 0.1875em; margin-inline-end: 0.5em; background: var(--share-0); }
      .key.rest::before { background: var(--track); border: 1px solid var(--line-strong); }
    `,
  ]

  override render() {
    const steps = this.steps.slice(-mostBars)
    const words = texts.serving
    if (steps.length === 0) return html`<p class="muted small">${words.noToken}</p>`
    const longestMs = Math.max(...steps.map(({ stepMs }) => stepMs))
    const stepMs = mean(steps.map(({ stepMs }) => stepMs))
    const ownMs = mean(steps.map(ownComputeMs))
    const scale = height / longestMs
    return html`
      <svg role="img" aria-label=${words.tokenShares(steps.length, ownMs, stepMs)} viewBox="0 0 ${mostBars * 10} ${height}" preserveAspectRatio="none" data-testid="token-share">
        ${steps.map((step, index) => {
          const x = (mostBars - steps.length + index) * 10
          const [all, own] = [step.stepMs * scale, ownComputeMs(step) * scale]
          return svg`<rect class="all" x=${x} y=${height - all} width="8" height=${all}></rect>
            <rect class="own" x=${x} y=${height - own} width="8" height=${own}></rect>`
        })}
      </svg>
      <p class="small numbers"><span class="key">${words.computes(ownMs, ownMs / stepMs)}</span></p>
      <p class="small numbers muted"><span class="key rest">${words.waits(stepMs - ownMs)}</span></p>
    `
  }
}

function ownComputeMs({ devices }: StepFigures): number {
  return devices.reduce((sum, { computeMs }) => sum + computeMs, 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-token-share': HrTokenShare
  }
}
