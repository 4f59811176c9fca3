import type { enJoining } from './en-joining.ts'
import { numbersIn } from './numbers.ts'

const { counted, milliseconds } = numbersIn('de')

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

  serving: {
    holds: 'Was dieses Gerät trägt',
    ofLayers: (n) => `in ${counted(n, 'Schicht', 'Schichten')}`,
    tokenHeading: 'Sein Teil an jedem Token',
    noToken: 'Sobald der Raum antwortet, siehst du hier, wie viel von jedem Token auf diesem Gerät entsteht.',
    computes: (ms, percent) => `${milliseconds(ms)} je Token hier gerechnet, ${percent} % seiner Zeit`,
    waits: (ms) => `${milliseconds(ms)} Warten auf die anderen Geräte und das Netz`,
    tokenShares: (tokens, ownMs, stepMs) =>
      `Die letzten ${counted(tokens, 'Token', 'Tokens')}: je ${milliseconds(ownMs)} von ${milliseconds(stepMs)} auf diesem Gerät gerechnet`,
    tokens: 'Mitgerechnete Tokens',
    sent: 'Gesendet und empfangen',
    downloaded: 'Für seinen Anteil geladen',
    battery: 'Akku',
    batteryLevel: (percent, charging) => `${percent} %, ${charging ? 'lädt' : 'lädt nicht'}`,
    temperature: 'Temperatur',
    notTold: 'sagt dieser Browser nicht',
    pause: 'Pausieren',
    resume: 'Wieder mitrechnen',
    paused: 'Dieses Gerät pausiert',
    pausedHelp: 'Die anderen tragen seinen Anteil. Es bleibt im Raum und rechnet wieder mit, wenn du es sagst.',
    startedBy: (name) => `Den Raum hat ${name} gestartet.`,
  },

  screen: {
    kept: {
      asking: 'Lass diese Seite vorn.',
      held: 'Lass diese Seite vorn: Der Bildschirm bleibt solange an.',
      refused:
        'Der Browser hält den Bildschirm nicht an, etwa bei schwachem Akku. Berühr ihn ab und zu: Ein schlafendes Gerät verlässt den Raum.',
      absent:
        'Dieser Browser kann den Bildschirm nicht anhalten. Lass ihn in den Einstellungen des Geräts spät ausgehen: Ein schlafendes Gerät verlässt den Raum.',
    },
    dimmed: 'Gedimmt, um Strom zu sparen',
    wake: 'Berühren zum Aufwecken',
  },
}
