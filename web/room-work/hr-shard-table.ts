// A shard map in words: one row for every device, one column for every part of the model.
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { DeviceView, ShardPlan } from '../../src/index.ts'
import { shared } from '../styles.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'
import { deviceName } from './device-marks.ts'
import type { MapBand } from './shard-areas.ts'
import { tableStyles } from './table-styles.ts'

@customElement('hr-shard-table')
export class HrShardTable extends LitElement {
  /** The one that the bands are of. */
  @property({ attribute: false }) plan!: ShardPlan
  /** The columns: attention, feed-forward, vocabulary, the rest. */
  @property({ attribute: false }) bands: readonly MapBand[] = []
  /** For their names. */
  @property({ attribute: false }) devices: readonly DeviceView[] = []

  static override styles = [shared, tableStyles, css`:host { display: block; }`]

  override render() {
    const words = laterTexts().work
    return html`<div class="scroll" role="region" tabindex="0" aria-label=${words.mapTable}>
      <table class="small numbers" data-testid="shard-table">
        <thead>
          <tr><th scope="col">${words.device}</th>${this.bands.map((band) => html`<th scope="col">${words.band(band.part, band.layers)}</th>`)}<th scope="col">${words.inAll}</th></tr>
        </thead>
        <tbody>${this.plan.deviceIds.map((_, rank) => this.#row(rank))}</tbody>
      </table>
    </div>`
  }

  #row(rank: number) {
    return html`<tr>
      <th scope="row">${rank + 1} <bdi>${deviceName(this.devices, this.plan.deviceIds, rank)}</bdi></th>
      ${this.bands.map(({ part, areas }) => {
        const own = areas.find((area) => area.rank === rank)
        return html`<td>${own ? laterTexts().work.cell(part, own.range, own.bytes) : '–'}</td>`
      })}
      <td>${texts.numbers.bytes(this.plan.weightBytes[rank] ?? 0)}</td>
    </tr>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hr-shard-table': HrShardTable
  }
}
