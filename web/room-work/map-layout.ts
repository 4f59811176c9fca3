// Where the bands of a shard map lie. Areas are to scale by bytes: the layers above, attention beside feed-forward, and what lies outside
// the layers beneath. What would be too thin to see or to touch is a little larger.
import { scaleLinear } from 'd3-scale'
import type { MapBand } from './shard-areas.ts'

export interface PlacedBand {
  band: MapBand
  x: number
  y: number
  width: number
  height: number
}

export const mapHeight = 268
/** Above a part, for its name. */
export const labelHeight = 20
const gap = 6
const leastHeight = 22
const leastWidth = 88

/** In CSS pixels, in a box of `width` by `mapHeight`. */
export function placeBands(bands: readonly MapBand[], width: number): PlacedBand[] {
  const inside = ['attention', 'feedForward'] as const
  const columns = inside.map((part) => bands.filter((band) => band.part === part)).filter(({ length }) => length > 0)
  const outside = bands.filter(({ layers }) => layers === null)
  const rows = [...(columns.length > 0 ? [columns.flat()] : []), ...outside.map((band) => [band])]
  const heights = shared(
    rows.map(bytesOf),
    mapHeight - rows.length * labelHeight - (rows.length - 1) * gap,
    leastHeight,
  )
  const widths = shared(columns.map(bytesOf), width - (columns.length - 1) * gap, leastWidth)
  const placed: PlacedBand[] = []
  let y = labelHeight
  for (const [row, each] of rows.entries()) {
    const height = heights[row]!
    if (row === 0 && columns.length > 0) {
      let x = 0
      for (const [column, group] of columns.entries()) {
        placed.push(...stacked(group, x, y, widths[column]!, height))
        x += widths[column]! + gap
      }
    } else placed.push({ band: each[0]!, x: 0, y, width, height })
    y += height + gap + labelHeight
  }
  return placed
}

/** Bands of one part above one another, as high as they have layers. */
function stacked(bands: readonly MapBand[], x: number, y: number, width: number, height: number): PlacedBand[] {
  const last = bands.at(-1)?.layers?.end ?? 1
  const scale = scaleLinear([bands[0]?.layers?.start ?? 0, last], [y, y + height])
  return bands.map((band) => {
    const top = scale(band.layers?.start ?? 0)
    return { band, x, y: top, width, height: scale(band.layers?.end ?? last) - top }
  })
}

function bytesOf(bands: readonly MapBand[]): number {
  return bands.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** `total` in the proportions of `parts`, but at least `least` each. */
function shared(parts: readonly number[], total: number, least: number): number[] {
  const all = parts.reduce((sum, part) => sum + part, 0)
  const small = parts.map((part) => (total * part) / all < least)
  const left = total - small.filter(Boolean).length * least
  const large = parts.reduce((sum, part, index) => sum + (small[index] ? 0 : part), 0)
  return parts.map((part, index) => (small[index] ? least : (left * part) / large))
}
