// The last prompt beside the tokens after it, on a scale of its own: reading one takes many times as long as making a token.
import { html, svg } from 'lit'
import type { StepFigures } from '../../src/index.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { laneHead } from './lane-head.ts'
import { timeKinds } from './timeline-scale.ts'

const barHeight = 12

/** What reading the prompt took of every device, as bars of `widthPx` and in words. */
export function promptTimes(
  { stepMs, promptTokens, devices }: StepFigures,
  nameOf: (rank: number) => string,
  widthPx: number,
) {
  return html`<section class="prompt" data-testid="prompt-times">
    <p>${laterTexts().work.promptRead(promptTokens ?? 0, stepMs)}</p>
    <ul>
      ${devices.map((times, rank) => {
        const parts = timeKinds.map((kind) => ({ kind, ms: times[kind] ?? 0 }))
        let at = 0
        return html`<li>
          ${laneHead(nameOf(rank), times)}
          <svg class="lane" aria-hidden="true" viewBox="0 0 ${widthPx} ${barHeight}">
            ${parts.map(({ kind, ms }) => {
              const [x, width] = [at, stepMs > 0 ? (ms / stepMs) * widthPx : 0]
              at += width
              const bar = (name: string) =>
                svg`<rect class=${name} x=${x} y="0" width=${width} height=${barHeight}></rect>`
              return [bar(kind), kind === 'transferMs' ? bar('over') : null]
            })}
          </svg>
        </li>`
      })}
    </ul>
  </section>`
}
