import type { enJoining } from './en-joining.ts'

export const deJoining: typeof enJoining = {
  present: {
    open: 'Auf dem Beamer zeigen',
    heading: (devices) => (devices === 1 ? 'Bisher ein Gerät' : `${devices} Geräte, ein Modell`),
    headingModel: (devices, model) =>
      devices === 1 ? `Auf einem Gerät läuft ${model}` : `Auf ${devices} Geräten läuft ${model}`,
    close: 'Schließen',
    invite: 'Scannen und beitreten',
    devices: 'Geräte',
    conversation: 'Letzte Frage und Antwort',
    encoder: 'Dieses Modell vergleicht Texte: Was dabei herauskommt, zeigt das leitende Gerät.',
    shareOf: (percent) => `${percent} %`,
  },
}
