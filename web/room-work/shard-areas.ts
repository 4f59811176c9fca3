// A plan as areas: which device holds which heads, columns and rows of which layers, and what they weigh. Equal layers are one band, so a
// model of a hundred layers draws as few areas as one of ten.
import type { Range, ShardPlan } from '../../src/index.ts'

export type MapPart = 'attention' | 'feedForward' | 'vocabulary' | 'rest'

export interface MapArea {
  rank: number
  /** Heads, columns or rows; null for what has none. */
  range: Range | null
  bytes: number
  /** Its place in the band, from 0 to 1. */
  start: number
  end: number
}

/** Layers that are held alike, or what lies outside the layers. */
export interface MapBand {
  part: MapPart
  layers: Range | null
  /** Heads, columns or rows in all; 0 where there are none. */
  unitCount: number
  bytes: number
  /** Of the ranks that hold some of it. */
  areas: readonly MapArea[]
}

/** Layers first, attention before feed-forward, then the vocabulary and the rest; parts that nobody holds are left out. */
export function bandsOf(plan: ShardPlan): MapBand[] {
  const { vocabulary, weightBytes, held } = plan
  const layers = plan.sublayers.map(({ kind, layer, hold, ranks }, index) => ({
    part: kind,
    hold,
    layers: { start: layer, end: layer + 1 },
    ranges: ranks.map((slice) => ('ffn' in slice ? slice.ffn : slice.queryHeads)),
    bytes: held.sublayers[index] ?? [],
  }))
  const ofKind = (kind: MapPart) => grouped(layers.filter(({ part }) => part === kind)).map(asBand)
  const inLayers = weightBytes.map((_, rank) => layers.reduce((sum, { bytes }) => sum + (bytes[rank] ?? 0), 0))
  const rest = weightBytes.map((bytes, rank) => bytes - inLayers[rank]! - (held.vocabulary[rank] ?? 0))
  const outside = { hold: 'split', layers: null } as const
  return [
    ...ofKind('attention'),
    ...ofKind('feedForward'),
    asBand({ ...outside, part: 'vocabulary', ranges: vocabulary, bytes: held.vocabulary }),
    asBand({ ...outside, part: 'rest', ranges: null, bytes: rest }),
  ].filter(({ areas }) => areas.length > 0)
}

interface Held {
  part: MapPart
  hold: ShardPlan['sublayers'][number]['hold']
  layers: Range | null
  ranges: readonly Range[] | null
  bytes: readonly number[]
}

/** Neighbours that are held alike as one, with their layers and bytes together. */
function grouped(layers: readonly Held[]): Held[] {
  const groups: Held[] = []
  let alike = ''
  for (const layer of layers) {
    const key = JSON.stringify([layer.hold, layer.ranges, layer.bytes])
    const last = groups.at(-1)
    if (last?.layers && layer.layers && key === alike) {
      last.layers = { start: last.layers.start, end: layer.layers.end }
      last.bytes = last.bytes.map((bytes, rank) => bytes + (layer.bytes[rank] ?? 0))
    } else groups.push({ ...layer })
    alike = key
  }
  return groups
}

/** What is split lies side by side by its units; what each rank holds whole, or what has no units, by its bytes. */
function asBand({ part, hold, layers, ranges, bytes }: Held): MapBand {
  const unitCount = Math.max(0, ...(ranges ?? []).map(({ end }) => end))
  const total = bytes.reduce((sum, own) => sum + own, 0)
  const byUnits = hold === 'split' && unitCount > 0
  let before = 0
  const areas = bytes.flatMap((own, rank): MapArea[] => {
    const range = ranges?.[rank] ?? null
    if (own <= 0 || (range && range.end <= range.start)) return []
    const start = byUnits && range ? range.start / unitCount : before / total
    before += own
    const end = byUnits && range ? range.end / unitCount : before / total
    return [{ rank, range, bytes: own, start, end }]
  })
  return { part, layers, unitCount, bytes: areas.reduce((sum, area) => sum + area.bytes, 0), areas }
}
