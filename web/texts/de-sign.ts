import type { enSign } from './en-sign.ts'
import { numbersIn } from './numbers.ts'

const { bytes } = numbersIn('de')

export const deSign: typeof enSign = {
  runs: (model, devices) =>
    devices === 1
      ? `Darin läuft ${model}, bisher auf einem Gerät. Tritt bei, und dieses trägt einen Teil davon.`
      : `Darin läuft ${model} auf ${devices} Geräten. Tritt bei, und auch dieses trägt einen Teil davon.`,
  noModel: 'Er hat noch kein Modell. Tritt bei, und dieses Gerät trägt einen Teil von dem, das gewählt wird.',
  about: (shareBytes) => `etwa ${bytes(shareBytes)}`,
  once: (model, sizeBytes) => `einmal geladen, sein Anteil an ${model} (${bytes(sizeBytes)} insgesamt)`,
}
