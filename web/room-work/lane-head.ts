import { html } from 'lit'
import { laterTexts } from '../texts/later-texts.ts'
import { type TimeKind, timeKinds } from './timeline-scale.ts'

/** The head of a device's lane: its name, and its times in words. */
export function laneHead(name: string, times: Readonly<Record<TimeKind, number | null>>) {
  const words = laterTexts().work
  return html`<div class="lane-head small"><bdi>${name}</bdi>
    <span class="muted numbers">${timeKinds.map((kind) => html`<span class="figure">${words.mean(kind, times[kind] ?? 0)}</span> `)}</span></div>`
}
