// What the last tokens took of every device: computing, the way there and back, waiting for others; and who holds the room up, in words.
import { css, html, LitElement, svg } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceTimes, DeviceView, StepFigures } from '../../src/index.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { deviceName } from './device-marks.ts'
import { type HoldUp, holdUp, meanTimes, ofOneRoom } from './hold-up.ts'
import { laneHead } from './lane-head.ts'
import { OwnWidth } from './own-width.ts'
import { promptTimes } from './prompt-times.ts'
import { tableStyles } from './table-styles.ts'
import { laneHeight, type TimeKind, timeKinds, timelineScale } from './timeline-scale.ts'

/** Tokens that are drawn: more would be too thin on a phone. */
const shownSteps = 40

@customElement('hr-token-timeline')
export class HrTokenTimeline extends LitElement {
  /** `RoomView.steps` of the leader's page: those of all devices. */
  @property({ attribute: false }) steps: readonly StepFigures[] = []
  /** For their names. */
  @property({ attribute: false }) devices: readonly DeviceView[] = []
  readonly #width = new OwnWidth(this)

  static override styles = [
    shared,
    tableStyles,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.75rem; }
      .figure { white-space: nowrap; margin-inline-end: 0.75rem; }
      svg { display: block; width: 100%; direction: ltr; }
      .lane { background: var(--field); border-radius: 0.375rem; overflow: hidden; }
      .computeMs { fill: var(--accent); }
      .transferMs { fill: var(--share-1); }
      .over { fill: url(#hatch); }
      .waitMs { fill: var(--track); stroke: var(--muted); stroke-width: 0.5; }
      .hatching { stroke: var(--ink); stroke-width: 1.25; }
      .patterns { position: absolute; width: 0; height: 0; }
      .tick { stroke: var(--line-strong); stroke-dasharray: 2 3; }
      text { font: 0.6875rem system-ui, sans-serif; fill: var(--muted); paint-order: stroke; stroke: var(--field); stroke-width: 3px; }
      li + li { margin-top: 0.625rem; }
      .lane-head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; margin-bottom: 0.25rem; }
      .lane-head > :first-child { font-weight: 560; overflow-wrap: anywhere; }
      .prompt { display: grid; gap: 0.5rem; }
      .key { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
      .key span { display: inline-flex; align-items: center; gap: 0.375rem; }
      .key svg { width: 1rem; height: 1rem; flex: none; }
    `,
  ]

  override render() {
    const all = ofOneRoom(this.steps)
    const steps = all.filter(({ promptTokens }) => promptTokens === null).slice(-shownSteps)
    const prompt = all.findLast(({ promptTokens }) => promptTokens !== null)
    const words = laterTexts().work
    if (all.length === 0) return html`<p class="small muted">${words.noTokenYet}</p>`
    const deviceIds = (all[0]?.devices ?? []).map(({ deviceId }) => deviceId)
    const nameOf = (rank: number) => deviceName(this.devices, deviceIds, rank)
    return html`
      ${hatch}
      ${steps.length === 0 ? null : this.#tokens(steps, nameOf)}
      ${prompt ? promptTimes(prompt, nameOf, this.#width.px) : null}
      <p class="key small muted" aria-hidden="true">${timeKinds.map((kind) => html`<span>${keyMark(kind)}${words.kinds[kind]}</span>`)}</p>
      ${steps.length === 0 ? null : this.#table(steps, nameOf)}`
  }

  #tokens(steps: readonly StepFigures[], nameOf: (rank: number) => string) {
    const words = laterTexts().work
    const scale = timelineScale(steps, shownSteps, this.#width.px)
    return html`
      <p data-testid="hold-up">${this.#sentence(holdUp(steps), nameOf)}</p>
      <ul aria-hidden="true">
        ${meanTimes(steps).map((times, rank) => {
          const own = steps.map(({ devices }) => devices[rank]!)
          return html`<li>
            ${laneHead(nameOf(rank), times)}
            ${this.#lane(own, scale)}
          </li>`
        })}
      </ul>
      ${scale.cutCount > 0 ? html`<p class="small muted">${words.cut(scale.cutCount)}</p>` : null}`
  }

  #table(steps: readonly StepFigures[], nameOf: (rank: number) => string) {
    const words = laterTexts().work
    return html`<details>
        <summary class="small">${words.asNumbers}</summary>
        <div class="scroll" role="region" tabindex="0" aria-label=${words.timelineTable}>
          <table class="small numbers" data-testid="timeline-table">
            <caption class="visually-hidden">${words.meansOf(steps.length)}</caption>
            <thead><tr><th scope="col">${words.device}</th>${timeKinds.map((kind) => html`<th scope="col">${words.kinds[kind]}</th>`)}</tr></thead>
            <tbody>${meanTimes(steps).map(
              (times, rank) => html`<tr><th scope="row"><bdi>${nameOf(rank)}</bdi></th>
                ${timeKinds.map((kind) => html`<td>${texts.numbers.milliseconds(times[kind])}</td>`)}</tr>`,
            )}</tbody>
          </table>
        </div>
        <p class="small muted">${words.whatTimesAre}</p>
      </details>`
  }

  #lane(own: readonly DeviceTimes[], scale: ReturnType<typeof timelineScale>) {
    return html`<svg class="lane" viewBox="0 0 ${this.#width.px} ${laneHeight}">
      ${scale.ticks.map(({ y }) => svg`<line class="tick" x1="0" x2=${this.#width.px} y1=${y} y2=${y}></line>`)}
      ${timeKinds.map((kind) => {
        const path = scale.bars(own, kind)
        return svg`<path class=${kind} d=${path}></path>${kind === 'transferMs' ? svg`<path class="over" d=${path}></path>` : null}`
      })}
      ${scale.ticks.slice(-1).map(({ ms, y }) => svg`<text x="4" y=${y + 12}>${texts.numbers.milliseconds(ms)}</text>`)}
    </svg>`
  }

  #sentence(found: HoldUp, nameOf: (rank: number) => string): string {
    const words = laterTexts().work
    if (found.kind === 'alone') return words.alone(found.stepMs)
    if (found.kind === 'even') return words.even(found.stepMs)
    const { rank, slowest, by, stepMs, longestWaitMs } = found
    const name = nameOf(rank)
    if (by === 'compute') return words.computesLongest(name, slowest.computeMs, stepMs, longestWaitMs)
    const leads = rank === 0
    return (leads ? words.mergesLongest : words.wayIsLongest)(name, slowest.transferMs, stepMs)
  }
}

const hatch = html`<svg class="patterns" aria-hidden="true"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <line class="hatching" y2="5"></line></pattern></defs></svg>`

function keyMark(kind: TimeKind) {
  return html`<svg viewBox="0 0 16 16"><rect class=${kind} x="0.5" y="0.5" width="15" height="15" rx="4"></rect>
    ${kind === 'transferMs' ? svg`<rect class="over" x="0.5" y="0.5" width="15" height="15" rx="4"></rect>` : null}</svg>`
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-token-timeline': HrTokenTimeline
  }
}
