// The words of a room at work in German.
import type { enWork } from './en-work.ts'
import { numbersIn } from './numbers.ts'

const { bytes, count, counted, milliseconds, ranged, percent, percentTenths } = numbersIn('de')

interface Span {
  start: number
  end: number
}

const units = {
  attention: ['Attention-Kopf', 'Attention-Köpfe'],
  feedForward: ['MLP-Spalte', 'MLP-Spalten'],
  vocabulary: ['Vokabularzeile', 'Vokabularzeilen'],
} as const

type Part = keyof typeof units | 'rest'

function held(part: Part, range: Span | null): string {
  if (part === 'rest' || !range) return 'Worttabelle und Normen'
  const [one, many] = units[part]
  return ranged(range, one, many)
}

const layersOf = (layers: Span) => ranged(layers, 'Schicht', 'Schichten')

const parts = { attention: 'Attention', feedForward: 'MLP', vocabulary: 'Vokabular', rest: 'Worttabelle und Normen' }
const kinds = { computeMs: 'rechnet', transferMs: 'unterwegs', waitMs: 'wartet' }

export const deWork: typeof enWork = {
  heading: 'Der Raum bei der Arbeit',
  missing: 'Die Bilder konnten nicht geladen werden. Prüfe das Netz und lade die Seite neu.',
  mapHeading: 'Wer was hält',
  timelineHeading: 'Was jedes Token braucht',
  thisDevice: 'Dieses Gerät',
  device: 'Gerät',
  inAll: 'Insgesamt',
  map: (devices) => `Das Modell auf ${counted(devices, 'Gerät', 'Geräten')}, größere Flächen für mehr Bytes`,
  mapKind: 'Aufteilung',
  mapHint: 'Zeige auf eine Fläche oder gehe mit den Pfeiltasten hindurch, um zu lesen, was sie ist.',
  mapTable: 'Wer was hält, als Tabelle',
  asTable: 'Als Tabelle',
  asNumbers: 'Als Zahlen',
  parts,
  band: (part, layers) => (layers ? `${parts[part]}, ${layersOf(layers)}` : parts[part]),
  cell: (part, range, weight) => (part === 'rest' || !range ? bytes(weight) : `${held(part, range)}, ${bytes(weight)}`),
  area: (area) => {
    const of = area.range ? ` von ${count(area.unitCount)}` : ''
    const where = area.layers ? `, ${layersOf(area.layers)}` : ''
    return `${area.name}: ${held(area.part, area.range)}${of}${where}, ${bytes(area.bytes)}`
  },
  probabilities: 'Wie wahrscheinlich jedes Token war',
  probabilitiesHint:
    'Von allen Token, die dort hätten kommen können, nach Temperatur und Wiederholungsabzug. Behalten, bis die Seite neu geladen wird.',
  noTokens: 'Von den Token dieser Antwort ist nichts bekannt.',
  grades: {
    sure: `${percent(0.9)} oder mehr`,
    likely: `50 bis ${percent(0.9)}`,
    open: `10 bis ${percent(0.5)}`,
    rare: `weniger als ${percent(0.1)}`,
  },
  probability: percentTenths,
  token: (name, share) => `${name}, ${percentTenths(share)}`,
  chosen: (name, share) => `Gewählt: „${name}“, ${percentTenths(share)}. Die wahrscheinlichsten dort:`,
  stepOf: (stepMs, weight, rounds) =>
    rounds === 0
      ? `Brauchte ${milliseconds(stepMs)}.`
      : `Brauchte ${milliseconds(stepMs)}, ${bytes(weight)} und ${counted(rounds, 'Runde', 'Runden')}.`,
  promptRead: (tokens, stepMs) =>
    `Vor der letzten Antwort die Frage: ${counted(tokens, 'Token', 'Token')} gelesen in ${milliseconds(stepMs)}.`,
  afterPrompt: (tokens) => `Davor ${counted(tokens, 'wurde ein Token', 'Token')} der Frage gelesen.`,
  noTokenYet: 'Frage das Modell etwas: Was jedes Token braucht, wird hier gezeichnet.',
  kinds,
  mean: (kind, ms) => `${kinds[kind]} ${milliseconds(ms)}`,
  alone: (stepMs) => `Dieses Gerät macht jedes Token allein, in ${milliseconds(stepMs)}.`,
  even: (stepMs) => `Alle Geräte brauchen etwa gleich lang: ${milliseconds(stepMs)} für ein Token.`,
  computesLongest: (name, computeMs, stepMs, waitMs) =>
    `${name} hält den Raum auf: Es rechnet ${milliseconds(computeMs)} von den ${milliseconds(stepMs)}, die ein Token braucht; ein anderes wartet ${milliseconds(waitMs)}.`,
  wayIsLongest: (name, transferMs, stepMs) =>
    `Der Weg zu „${name}“ und zurück hält den Raum auf: ${milliseconds(transferMs)} von den ${milliseconds(stepMs)}, die ein Token braucht.`,
  mergesLongest: (name, transferMs, stepMs) =>
    `${name} hält den Raum auf, weil es die Summen bildet und verschickt: ${milliseconds(transferMs)} von den ${milliseconds(stepMs)}, die ein Token braucht.`,
  cut: (steps) => `${counted(steps, 'viel längeres ist', 'viel längere sind')} oben abgeschnitten.`,
  timelineTable: 'Was jedes Token braucht, als Tabelle',
  meansOf: (steps) => `Mittel über ${counted(steps, 'das letzte Token', 'letzte Token')}`,
  whatTimesAre:
    'Mittel über die gezeichneten Token. Wie lange es gerechnet hat, sagt ein Gerät selbst; der Rest ist auf dem Gerät gemessen, das den Raum leitet. Unterwegs: Packen, Hinweg und Rückweg, soweit darauf gewartet wurde. Beim leitenden Gerät sind es das Addieren und Verschicken der Summen.',
}
