// Which device holds what: attention heads, MLP columns and vocabulary rows of all layers, as areas to scale. Pointing at an area, or going
// from one to the next by the arrow keys, names it; a table says the same in words.
import { css, html, LitElement, type PropertyValues, svg } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { DeviceView, ShardPlan } from '../../src/index.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { deviceName, isStriped, markClass, markStyles, stripes } from './device-marks.ts'
import './hr-shard-table.ts'
import { labelHeight, mapHeight, type PlacedBand, placeBands } from './map-layout.ts'
import { OwnWidth } from './own-width.ts'
import { bandsOf, type MapArea, type MapBand } from './shard-areas.ts'

/** A number needs this much room, in CSS pixels. */
const numberWidth = 18

/** Layers are told apart by lines only where they are this far apart. */
const leastLayerHeight = 3

@customElement('hr-shard-map')
export class HrShardMap extends LitElement {
  /** What is drawn, to scale. */
  @property({ attribute: false }) plan!: ShardPlan
  /** For their names. */
  @property({ attribute: false }) devices: readonly DeviceView[] = []
  /** The area that is named, by its place among all. */
  @state() current: number | null = null
  #bands: readonly MapBand[] = []
  readonly #width = new OwnWidth(this)

  static override styles = [
    shared,
    markStyles,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; }
      svg { display: block; width: 100%; overflow: visible; direction: ltr; }
      .map { border-radius: 0.5rem; }
      .fill, .striped { transition: x 400ms, width 400ms, y 400ms, height 400ms; }
      .fill { fill: var(--mark); stroke: var(--surface); stroke-width: 2; }
      .current .fill { stroke: var(--ink); stroke-width: 2.5; }
      .map:focus-visible .current .fill { stroke: var(--focus); stroke-width: 4; }
      .chip { fill: var(--surface); }
      text { font: 600 0.6875rem system-ui, sans-serif; fill: var(--ink); pointer-events: none; }
      .part { font-weight: 500; fill: var(--muted); }
      .chip, .layers { pointer-events: none; }
      .layers { stroke: var(--surface); stroke-opacity: 0.45; fill: none; }
      .said { min-height: 2.625rem; }
      ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
      li { display: inline-flex; align-items: center; gap: 0.375rem; min-width: 0; overflow-wrap: anywhere; }
      li svg { width: 1.875rem; height: 1.125rem; flex: none; }
    `,
  ]

  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('plan')) return
    this.#bands = bandsOf(this.plan)
    this.current = null
  }

  override render() {
    const placed = placeBands(this.#bands, this.#width.px)
    const counts = placed.map(({ band }) => band.areas.length)
    const words = laterTexts().work
    return html`
      ${stripes}
      <div class="map" role="listbox" tabindex="0" aria-label=${words.map(this.plan.deviceIds.length)} aria-activedescendant="area-${this.current ?? 0}"
        data-testid="shard-map" @keydown=${this.#key} @focus=${() => this.#name(this.current ?? 0)} @pointerleave=${() => this.#name(null)}>
        <svg role="presentation" viewBox="0 0 ${this.#width.px} ${mapHeight}">
          ${placed.map((band, index) => this.#band(band, sum(counts.slice(0, index)), placed[index - 1]))}
        </svg>
      </div>
      <p class="small said" data-testid="shard-map-said">${this.#said()}</p>
      <ul class="small">${repeat(
        this.plan.deviceIds,
        (id) => id,
        (_, rank) => this.#device(rank),
      )}</ul>
      <details>
        <summary class="small">${words.asTable}</summary>
        <hr-shard-table .plan=${this.plan} .bands=${this.#bands} .devices=${this.devices}></hr-shard-table>
      </details>`
  }

  #band({ band, x, y, width, height }: PlacedBand, first: number, before: PlacedBand | undefined) {
    const named = before?.band.part !== band.part
    return svg`
      ${named ? svg`<text class="part" x=${x} y=${y - labelHeight / 3}>${laterTexts().work.parts[band.part]}</text>` : null}
      ${repeat(
        band.areas,
        ({ rank }) => rank,
        (area, index) =>
          this.#area(band, area, first + index, {
            x: x + area.start * width,
            y,
            width: (area.end - area.start) * width,
            height,
          }),
      )}
      <path class="layers" d=${layerLines(band, x, y, width, height)}></path>
      <g aria-hidden="true">${band.areas
        .filter(({ start, end }) => (end - start) * width >= numberWidth)
        .map(({ rank, start, end }) => number(rank, x + ((start + end) * width) / 2, y + height / 2))}</g>`
  }

  #area(band: MapBand, area: MapArea, index: number, box: { x: number; y: number; width: number; height: number }) {
    const { x, y, width, height } = box
    const isCurrent = this.current === index
    return svg`<g id="area-${index}" class="area ${markClass(area.rank)} ${isCurrent ? 'current' : ''}" role="option" aria-selected=${isCurrent}
        aria-label=${this.#words(band, area)} data-rank=${area.rank} data-part=${band.part}
        @pointermove=${() => this.#name(index)} @pointerdown=${() => this.#name(index)}>
      <rect class="fill" x=${x} y=${y} width=${width} height=${height} rx="5"></rect>
      ${isStriped(area.rank) ? svg`<rect class="striped" x=${x} y=${y} width=${width} height=${height} rx="5"></rect>` : null}
    </g>`
  }

  #device(rank: number) {
    const bytes = this.plan.weightBytes[rank] ?? 0
    return html`<li class=${markClass(rank)}>
      <svg viewBox="0 0 30 18" aria-hidden="true"><rect class="fill" width="30" height="18" rx="5"></rect>
        ${isStriped(rank) ? svg`<rect class="striped" width="30" height="18" rx="5"></rect>` : null}${number(rank, 15, 9)}</svg>
      <span><bdi>${deviceName(this.devices, this.plan.deviceIds, rank)}</bdi> <span class="muted numbers">${texts.numbers.bytes(bytes)}</span></span>
    </li>`
  }

  #said() {
    const areas = this.#bands.flatMap((band) => band.areas.map((area) => ({ band, area })))
    const shown = this.current === null ? undefined : areas[this.current]
    return shown ? this.#words(shown.band, shown.area) : html`<span class="muted">${laterTexts().work.mapHint}</span>`
  }

  #words({ part, layers, unitCount }: MapBand, { rank, range, bytes }: MapArea): string {
    const name = deviceName(this.devices, this.plan.deviceIds, rank)
    return laterTexts().work.area({ name, part, layers, range, unitCount, bytes })
  }

  #name(index: number | null) {
    this.current = index
  }

  #key(event: KeyboardEvent) {
    const count = sum(this.#bands.map(({ areas }) => areas.length))
    const at = this.current ?? 0
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -at,
      End: count - 1 - at,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    this.current = Math.min(count - 1, Math.max(0, at + step))
  }
}

/** A device's number, counted from 1, on a plain ground: readable on every colour. */
function number(rank: number, x: number, y: number) {
  return svg`<rect class="chip" x=${x - 8} y=${y - 7} width="16" height="14" rx="7"></rect>
    <text x=${x} y=${y} text-anchor="middle" dominant-baseline="central">${rank + 1}</text>`
}

function layerLines({ layers }: MapBand, x: number, y: number, width: number, height: number): string {
  const count = layers ? layers.end - layers.start : 1
  if (height / count < leastLayerHeight) return ''
  return Array.from({ length: count - 1 }, (_, line) => `M${x} ${y + ((line + 1) * height) / count}h${width}`).join('')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-shard-map': HrShardMap
  }
}
