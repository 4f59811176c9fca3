// How a device looks in the pictures of a room at work: the colour of its place, its number, and from the seventh on stripes, so that
// nobody needs to tell two colours apart.
import { css, html } from 'lit'
import type { DeviceView } from '../../src/index.ts'
import { laterTexts } from '../texts/later-texts.ts'
import { texts } from '../texts/texts.ts'

const colours = 6

export function markClass(rank: number): string {
  return `mark-${rank % colours}`
}

export function isStriped(rank: number): boolean {
  return rank % (2 * colours) >= colours
}

/** What `striped` areas are filled with; once in an element. */
export const stripes = html`<svg class="patterns" aria-hidden="true"><defs><pattern id="stripes" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <rect width="2.5" height="7" class="stripe"></rect></pattern></defs></svg>`

export const markStyles = css`
  .mark-0 { --mark: var(--share-0); }
  .mark-1 { --mark: var(--share-1); }
  .mark-2 { --mark: var(--share-2); }
  .mark-3 { --mark: var(--share-3); }
  .mark-4 { --mark: var(--share-4); }
  .mark-5 { --mark: var(--share-5); }
  .patterns { position: absolute; width: 0; height: 0; }
  .stripe { fill: var(--surface); }
  .striped { fill: url(#stripes); pointer-events: none; }
`

/** As the room knows it. */
export function deviceName(devices: readonly DeviceView[], deviceIds: readonly string[], rank: number): string {
  const device = devices.find(({ deviceId }) => deviceId === deviceIds[rank])
  return device?.isSelf ? laterTexts().work.thisDevice : (device?.name ?? texts.device.aDevice)
}
