// What a device measured of its executors, and why it uses the one it uses.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { type DeviceProfile, type ExecutorSpeed, knownSpeeds, type LoadReport } from '../src/index.ts'
import { engineWords } from './engine-words.ts'
import { choiceRefusal, choiceWords } from './executor-words.ts'
import { shared } from './styles.ts'
import { laterTexts } from './texts/later-texts.ts'
import { texts } from './texts/texts.ts'

@customElement('hr-executors')
export class HrExecutors extends LitElement {
  /** What the device measured of itself so far. */
  @property({ attribute: false }) profile!: DeviceProfile
  /** What its share is loaded into; null: it has none. */
  @property({ attribute: false }) report: LoadReport | null = null

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
    const words = laterTexts().executors
    const refusal = choiceRefusal(this.profile, this.report)
    const measured = knownSpeeds(this.profile).filter(({ weightBytesPerSecond }) => weightBytesPerSecond !== null)
    return html`<table class="small numbers">
        <thead><tr><th scope="col"><span class="visually-hidden">${words.executor}</span></th><th scope="col">${words.answers}</th><th scope="col">${words.prompts}</th><th scope="col">${words.readback}</th></tr></thead>
        <tbody>${measured.map(executorRow)}</tbody>
      </table>
      <p class="small muted">${choiceWords(this.profile, this.report)} ${words.units}</p>
      ${refusal ? engineWords(refusal) : null}`
  }
}

function executorRow({ executor, weightBytesPerSecond, phases }: ExecutorSpeed) {
  const { rate, none } = laterTexts().executors
  return html`<tr>
    <th scope="row">${texts.device.executors[executor]}</th>
    <td>${weightBytesPerSecond === null ? none : rate(weightBytesPerSecond)}</td>
    <td>${phases ? rate(phases.prefillBytesPerSecond) : none}</td>
    <td>${phases ? texts.numbers.milliseconds(phases.readbackMs) : none}</td>
  </tr>`
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-executors': HrExecutors
  }
}
