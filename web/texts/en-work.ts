// The words of a room at work, and of what is known of an answer's tokens.
import { numbersIn } from './numbers.ts'

const { bytes, count, counted, milliseconds, ranged, percent, percentTenths } = numbersIn('en')

interface Span {
  start: number
  end: number
}

const units = {
  attention: ['attention head', 'attention heads'],
  feedForward: ['MLP column', 'MLP columns'],
  vocabulary: ['vocabulary row', 'vocabulary rows'],
} as const

type Part = keyof typeof units | 'rest'

function held(part: Part, range: Span | null): string {
  if (part === 'rest' || !range) return 'word table and norms'
  const [one, many] = units[part]
  return ranged(range, one, many)
}

const layersOf = (layers: Span) => ranged(layers, 'layer', 'layers')

export const enWork = {
  heading: 'The room at work',
  missing: 'The pictures could not be fetched. Check the network, then reload the page.',
  mapHeading: 'Who holds what',
  timelineHeading: 'What each token takes',
  thisDevice: 'This device',
  device: 'Device',
  inAll: 'In all',
  map: (devices: number) => `The model over ${counted(devices, 'device', 'devices')}, larger areas for more bytes`,
  mapKind: 'shard map',
  mapHint: 'Point at an area, or go through them with the arrow keys, to read what it is.',
  mapTable: 'Who holds what, as a table',
  asTable: 'As a table',
  asNumbers: 'As numbers',
  parts: { attention: 'Attention', feedForward: 'MLP', vocabulary: 'Vocabulary', rest: 'Word table and norms' },
  band: (part: Part, layers: Span | null) => {
    const name = {
      attention: 'Attention',
      feedForward: 'MLP',
      vocabulary: 'Vocabulary',
      rest: 'Word table and norms',
    }[part]
    return layers ? `${name}, ${layersOf(layers)}` : name
  },
  cell: (part: Part, range: Span | null, weight: number) =>
    part === 'rest' || !range ? bytes(weight) : `${held(part, range)}, ${bytes(weight)}`,
  area: (area: {
    name: string
    part: Part
    layers: Span | null
    range: Span | null
    unitCount: number
    bytes: number
  }) => {
    const of = area.range ? ` of ${count(area.unitCount)}` : ''
    const where = area.layers ? `, ${layersOf(area.layers)}` : ''
    return `${area.name}: ${held(area.part, area.range)}${of}${where}, ${bytes(area.bytes)}`
  },
  probabilities: 'How likely each token was',
  probabilitiesHint:
    'Of all the tokens that could have come there, after temperature and repetition penalty. Kept until the page is reloaded.',
  noTokens: 'Nothing is known of this answer’s tokens.',
  grades: {
    sure: `${percent(0.9)} or more`,
    likely: `50 to ${percent(0.9)}`,
    open: `10 to ${percent(0.5)}`,
    rare: `less than ${percent(0.1)}`,
  },
  probability: percentTenths,
  token: (name: string, share: number) => `${name}, ${percentTenths(share)}`,
  chosen: (name: string, share: number) => `Chosen: “${name}”, ${percentTenths(share)}. The likeliest there:`,
  stepOf: (stepMs: number, weight: number, rounds: number) =>
    rounds === 0
      ? `Took ${milliseconds(stepMs)}.`
      : `Took ${milliseconds(stepMs)}, ${bytes(weight)} and ${counted(rounds, 'round', 'rounds')}.`,
  promptRead: (tokens: number, stepMs: number) =>
    `Before the last answer, the prompt: ${counted(tokens, 'token', 'tokens')} read in ${milliseconds(stepMs)}.`,
  afterPrompt: (tokens: number) =>
    `${counted(tokens, 'token of the prompt was', 'tokens of the prompt were')} read before it.`,
  noTokenYet: 'Ask the model something: what every token takes is drawn here.',
  kinds: { computeMs: 'computes', transferMs: 'on the way', waitMs: 'waits' },
  mean: (kind: 'computeMs' | 'transferMs' | 'waitMs', ms: number) =>
    `${{ computeMs: 'computes', transferMs: 'on the way', waitMs: 'waits' }[kind]} ${milliseconds(ms)}`,
  alone: (stepMs: number) => `This device makes every token alone, in ${milliseconds(stepMs)}.`,
  even: (stepMs: number) => `All devices take about as long as each other: ${milliseconds(stepMs)} a token.`,
  computesLongest: (name: string, computeMs: number, stepMs: number, waitMs: number) =>
    `${name} holds the room up: it computes ${milliseconds(computeMs)} of the ${milliseconds(stepMs)} that a token takes, while another waits ${milliseconds(waitMs)}.`,
  wayIsLongest: (name: string, transferMs: number, stepMs: number) =>
    `The way to ${name} and back holds the room up: ${milliseconds(transferMs)} of the ${milliseconds(stepMs)} that a token takes.`,
  mergesLongest: (name: string, transferMs: number, stepMs: number) =>
    `${name} holds the room up by adding and sending the sums: ${milliseconds(transferMs)} of the ${milliseconds(stepMs)} that a token takes.`,
  cut: (steps: number) => `${counted(steps, 'much longer one is', 'much longer ones are')} cut off at the top.`,
  timelineTable: 'What each token takes, as a table',
  meansOf: (steps: number) => `Means over the last ${counted(steps, 'token', 'tokens')}`,
  whatTimesAre:
    'Means over the tokens drawn. A device says itself how long it computed; the rest is measured on the leader. On the way: packing, sending and back, as far as the leader stood waiting for it. The leader’s own share of that is adding and sending the sums.',
}
