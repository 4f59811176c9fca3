// What a device measured of its executors, and why it uses the one it uses.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceProfile, ExecutorSpeed } from '../src/index.ts'
import { choiceWords, executorSpeeds } from './executor-words.ts'
import { executorNames, formatBytes, formatMilliseconds } from './format.ts'
import { shared } from './styles.ts'

@customElement('hr-executors')
export class HrExecutors extends LitElement {
  @property({ attribute: false }) profile!: DeviceProfile

  static override styles = [
    shared,
    css`
      :host { display: block; }
      table { border-collapse: collapse; margin-block: 0.375rem; }
      th, td { text-align: start; padding: 0.125rem 1rem 0.125rem 0; font-weight: inherit; }
      thead th { color: var(--muted); }
    `,
  ]

  override render() {
    const measured = executorSpeeds(this.profile).filter(({ weightBytesPerSecond }) => weightBytesPerSecond !== null)
    return html`<table class="small numbers">
        <thead><tr><th></th><th>Answers</th><th>Prompts</th><th>Readback</th></tr></thead>
        <tbody>${measured.map(executorRow)}</tbody>
      </table>
      <p class="small muted">${choiceWords(this.profile)} Weights a second; a prompt’s count once for each token.</p>`
  }
}

function executorRow({ executor, weightBytesPerSecond, phases }: ExecutorSpeed) {
  return html`<tr>
    <th scope="row">${executorNames[executor]}</th>
    <td>${weightBytesPerSecond === null ? '–' : `${formatBytes(weightBytesPerSecond)}/s`}</td>
    <td>${phases ? `${formatBytes(phases.prefillBytesPerSecond)}/s` : '–'}</td>
    <td>${phases ? formatMilliseconds(phases.readbackMs) : '–'}</td>
  </tr>`
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-executors': HrExecutors
  }
}
