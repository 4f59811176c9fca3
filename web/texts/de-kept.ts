// The words of what is kept on this device in German.
import type { enKept } from './en-kept.ts'
import { numbersIn } from './numbers.ts'

const { bytes, moment } = numbersIn('de')

export const deKept: typeof enKept = {
  summary: (keptBytes) => `Modelle auf diesem Gerät: ${bytes(keptBytes)}`,
  used: (usedBytes, quotaBytes) =>
    `Diese Seite belegt ${bytes(usedBytes)} von ${bytes(quotaBytes)}, die der Browser ihr gibt.`,
  unnamed: 'Andere Downloads',
  lastUsed: (atMs) => `zuletzt benutzt ${moment(atMs)}`,
  remove: 'Löschen',
  removeNamed: (model) => `Downloads von ${model} löschen`,
  removeQuestion: (keptBytes) => `${bytes(keptBytes)} löschen`,
  removeAll: 'Alle löschen',
  removeAllQuestion: (keptBytes) => `${bytes(keptBytes)} von diesem Gerät löschen`,
}
