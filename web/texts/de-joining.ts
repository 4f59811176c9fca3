import type { enJoining } from './en-joining.ts'
import { numbersIn } from './numbers.ts'

const { bytes, counted, milliseconds, percent } = numbersIn('de')

export const deJoining: typeof enJoining = {
  present: {
    open: 'Groß zeigen',
    heading: (devices) => (devices === 1 ? 'Bisher ein Gerät' : `${devices} Geräte, ein Modell`),
    headingModel: (devices, model) =>
      devices === 1 ? `Auf einem Gerät läuft ${model}` : `Auf ${devices} Geräten läuft ${model}`,
    close: 'Schließen',
    invite: 'Scannen und beitreten',
    devices: 'Geräte',
    conversation: 'Letzte Frage und Antwort',
    encoder: 'Dieses Modell vergleicht Texte: Was dabei herauskommt, zeigt das leitende Gerät.',
    shareOf: percent,
  },

  terms: {
    compute: 'Rechnen',
    perSecond: (bytesPerSecond) => `${bytes(bytesPerSecond)} in der Sekunde`,
    computeOn: (executor) =>
      `der Gewichte des Modells${executor ? ` auf: ${executor}` : ''}, nur während der Raum antwortet`,
    memory: 'Arbeitsspeicher',
    memoryBack: 'wieder frei, wenn du gehst',
    data: 'Daten',
    atMost: (most) => `höchstens ${bytes(most)}`,
    itsShare: 'sein Anteil am Modell',
    once: (model) => `einmal geladen${model ? `, wenn der Raum ${model} nutzt` : ''}`,
    battery: 'Akku',
    notTold: 'sagt dieser Browser nicht',
    batteryUse: `Rechnen braucht ihn; unter ${percent(0.2)} wird der Anteil etwa halb so groß, außer er lädt`,
  },

  cannotJoin: {
    insecure: {
      heading: 'Diese Adresse ist nicht sicher',
      help: 'Bei einfachem http schalten Browser Verschlüsselung und Rechnen ab. Frag nach dem https-Link des Raums und öffne diesen.',
    },
    'no-channels': {
      heading: 'Dieser Browser kann nicht mit anderen Geräten rechnen',
      help: 'Ihm fehlen die Datenkanäle von WebRTC, oder sie sind abgeschaltet. Mitlesen und fragen kann er: Das geht über den Server der Seite, so verschlüsselt, dass der Server es nicht lesen kann. Um mitzurechnen, öffne den Link in einem aktuellen Chrome, Edge, Firefox oder Safari.',
    },
    'cannot-compute': {
      heading: 'Dieses Gerät kann nicht rechnen',
      help: 'Sein Browser hat weder WebGPU noch schnelles WebAssembly. Im Raum sein, mitlesen und fragen kann es trotzdem.',
    },
    'no-memory': {
      heading: 'Dieses Gerät hat keinen Arbeitsspeicher übrig',
      help: 'Schließ andere Tabs und lade die Seite neu, oder sei ohne Anteil im Raum: mitlesen und fragen.',
    },
    watch: 'Dem Raum zusehen',
  },

  install: {
    heading: 'Headroom zu deinen Apps legen',
    why: 'Dann öffnet es sich vom Startbildschirm, auch ohne Netz, und liest Codes mit seinem eigenen Scanner.',
    byHand: 'Tipp im Browser auf „Teilen“, dann auf „Zum Home-Bildschirm“.',
    install: 'Installieren',
    notNow: 'Jetzt nicht',
    understood: 'Verstanden',
  },

  waiting: {
    nobodyYet: 'Sonst ist niemand da. Lass jemanden diesen Code scannen.',
    typeWords: 'Wörter eintippen',
    secureAddress: 'Die sichere Adresse öffnen',
  },

  serving: {
    holds: 'Was dieses Gerät trägt',
    ofLayers: (n) => `in ${counted(n, 'Schicht', 'Schichten')}`,
    tokenHeading: 'Sein Teil an jedem Token',
    noToken: 'Sobald der Raum antwortet, siehst du hier, wie viel von jedem Token auf diesem Gerät entsteht.',
    computes: (ms, share) => `${milliseconds(ms)} je Token hier gerechnet, ${percent(share)} seiner Zeit`,
    waits: (ms) => `${milliseconds(ms)} Warten auf die anderen Geräte und das Netz`,
    tokenShares: (tokens, ownMs, stepMs) =>
      `Die letzten ${counted(tokens, 'Token', 'Tokens')}: je ${milliseconds(ownMs)} von ${milliseconds(stepMs)} auf diesem Gerät gerechnet`,
    tokens: 'Mitgerechnete Tokens',
    sent: 'Gesendet und empfangen',
    downloaded: 'Für seinen Anteil geladen',
    battery: 'Akku',
    batteryLevel: (share, charging) => `${percent(share)}, ${charging ? 'lädt' : 'lädt nicht'}`,
    temperature: 'Temperatur',
    notTold: 'sagt dieser Browser nicht',
    pause: 'Pausieren',
    resume: 'Wieder mitrechnen',
    paused: 'Dieses Gerät pausiert',
    pausedHelp: 'Die anderen tragen seinen Anteil. Es bleibt im Raum und rechnet wieder mit, wenn du es sagst.',
    startedBy: (name) => `Den Raum hat ${name} gestartet.`,
  },
}
