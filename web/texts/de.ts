// The page's words in German.
import { deChat } from './de-chat.ts'
import { deErrors } from './de-errors.ts'
import { deJoining } from './de-joining.ts'
import { deKept } from './de-kept.ts'
import type { Texts } from './en.ts'
import { numbersIn } from './numbers.ts'

const numbers = numbersIn('de')
const { bytes, counted, milliseconds, percent, ranged } = numbers

/** "Köpfe 4–6", "Kopf 4", "keine Köpfe". */
function span(one: string, many: string) {
  return (start: number, end: number) => (end <= start ? `keine ${many}` : ranged({ start, end }, one, many))
}

export const de: Texts = {
  language: 'de',
  numbers,
  errors: deErrors,
  chat: deChat,
  kept: deKept,

  page: {
    cancel: 'Abbrechen',
    dismiss: 'Ausblenden',
    tryAgain: 'Noch einmal versuchen',
    details: 'Einzelheiten',
    roomTitle: (devices) => `Raum mit ${counted(devices, 'Gerät', 'Geräten')} · Headroom`,
    endRoom: 'Raum beenden',
    endForEverybody: 'Für alle beenden',
    newVersion: 'Eine neue Fassung ist da',
    reloadCost: 'Nach dem Neuladen kommt dieses Gerät in den Raum zurück; eine laufende Antwort endet.',
    reload: 'Neu laden',
    onItsWay: 'Einen Moment…',
    partMissing: 'Ein Teil der Seite fehlt',
    partMissingHelp: 'Er ließ sich nicht holen. Prüfe das Netz, dann lade die Seite neu.',
    couldNotStart: 'Die Seite konnte nicht starten',
    stillInRoom: 'Dieses Gerät ist noch in einem Raum. Verlasse ihn, bevor du woandershin gehst.',
    notInRoom: 'Dieses Gerät ist nicht mehr im Raum.',
    badProtocol: 'Der Link zu einem Raum beginnt mit https:// oder http://. Kopiere den ganzen Link noch einmal.',
    badOption: (name, value, mustBe) =>
      `Die Adresse verlangt ${name}=${value}: ${mustBe}. Berichtige sie oder öffne die Seite ohne Angaben.`,
    mustBePositive: 'muss eine positive ganze Zahl sein',
    mustBeOneOf: (names) => `muss eines von ${names.join(', ')} sein`,
    mustBeAtMost: (most) => `darf höchstens ${most} sein`,
  },

  start: {
    heading: 'Ein Sprachmodell, getragen von den Geräten aller',
    lead: 'Starte einen Raum, lass andere seinen Code scannen, und jedes Telefon und jeder Laptop übernimmt einen Teil des Modells. Was du schreibst, bleibt zwischen den Geräten im Raum, und alle dort lesen mit.',
    start: 'Raum starten',
    starting: 'Startet…',
    firstModel: ({ name, sizeBytes, listed }) =>
      `Modell: ${name}${sizeBytes === null ? '' : `, ${bytes(sizeBytes)}`}, ${listed ? 'von diesem Server' : 'wie beim letzten Mal'}. Im Raum kannst du ein anderes wählen.`,
    notSecure: 'Diese Adresse ist nicht sicher',
    notSecureHelp:
      'Ohne https schalten Browser GPU, Speicher und Verschlüsselung ab. Öffne die https-Adresse, die der Server beim Start ausgegeben hat.',
    haveLink: 'Hast du einen Link zu einem Raum oder seine zwölf Wörter?',
    linkExample: 'https://… oder zwölf Wörter',
    open: 'Öffnen',
  },

  join: {
    comingBack: 'Zurück in den Raum…',
    heading: 'Leih dem Raum dieses Gerät',
    lead: 'In deiner Nähe läuft ein Sprachmodell auf mehreren Geräten zugleich. Tritt bei, und dieses trägt einen Teil davon.',
    downloads: (model) =>
      `Es lädt nur seinen Anteil${model ? ` von ${model.name} (${bytes(model.sizeBytes)} insgesamt), falls der Raum dieses nutzt` : ''}, vom Server in diesem WLAN oder vom Gerät, das den Raum leitet. Ein öffentlicher Hub wird nur gefragt, wenn dort ein Modell gewählt wird.`,
    keepOpen: 'Lass diese Seite so lange vorn geöffnet.',
    private:
      'Du liest das Gespräch des Raums und darfst auch fragen; was du fragst, können alle im Raum lesen. Du kannst jederzeit gehen.',
    join: 'Beitreten',
    joining: 'Tritt bei…',
    ended: 'Für dieses Gerät ist der Raum beendet',
    outOfReach: 'Der Raum ist nicht erreichbar',
    joinAgain: 'Wieder beitreten',
    backToStart: 'Zurück zum Anfang',
  },

  device: {
    thisDevice: 'Dieses Gerät',
    measuring: 'Misst, was es kann…',
    notMeasured: 'Nicht gemessen.',
    name: 'Name',
    computesOn: 'Rechnet auf',
    withThreads: (executor, threads) => `${executor}, ${counted(threads, 'Thread', 'Threads')}`,
    measuredSpeed: 'Gemessenes Tempo',
    memoryToGive: 'Arbeitsspeicher für den Raum',
    upTo: (memoryBytes) => `bis zu ${bytes(memoryBytes)}`,
    figures: 'Was gemessen wurde',
    executors: {
      webgpu: 'GPU (WebGPU)',
      wasm: 'CPU (WebAssembly)',
      'tfjs-webgl': 'TensorFlow.js (WebGL, langsam)',
      'tfjs-wasm': 'TensorFlow.js (WebAssembly, langsam)',
      'tfjs-cpu': 'TensorFlow.js (JavaScript, langsam)',
      reference: 'CPU (Referenz, langsam)',
    },
    speed: (bytesPerSecond) => `${bytes(bytesPerSecond)}/s Gewichte`,
    away: (rttMs) => `${milliseconds(rttMs)} entfernt`,
    leadersDevice: 'Das leitende Gerät',
    aDevice: 'Ein Gerät',
    you: 'du',
    leader: 'leitet',
    status: {
      lost: 'Weg',
      connecting: 'Verbindet',
      measuring: 'Misst',
      loading: 'Lädt',
      ready: 'Bereit',
      waiting: 'Wartet',
      connected: 'Verbunden',
      failed: 'Fehler',
      paused: 'Pausiert',
      watching: 'Liest mit',
    },
    remove: 'Dieses Gerät entfernen',
    removeNamed: (name) => `${name} entfernen`,
    loads: (name) => `${name} lädt seinen Anteil`,
    loaded: (loadedBytes, totalBytes, downloadedBytes) =>
      `${bytes(loadedBytes)} von ${bytes(totalBytes)}, ${bytes(downloadedBytes)} heruntergeladen`,
    preparing: (ready, all) => `Die GPU bereitet sich vor: ${ready} von ${all} Programmen`,
    heads: span('Kopf', 'Köpfe'),
    kvHeads: span('KV-Kopf', 'KV-Köpfe'),
    columns: span('Spalte', 'Spalten'),
    vocabularyRows: span('Vokabularzeile', 'Vokabularzeilen'),
    headsDiffer: 'Köpfe je nach Schicht',
    columnsDiffer: 'Spalten je nach Schicht',
    devices: (n) => counted(n, 'Gerät', 'Geräte'),
    thisAndLeader: 'Dieses Gerät und das leitende',
    inAll: (weightBytes) => `${bytes(weightBytes)} insgesamt`,
    shares: (shares) =>
      `Anteile an den Gewichten: ${shares.map(({ name, share }) => `${name ?? 'ein Gerät'} ${percent(share)}`).join(', ')}`,
  },

  guest: {
    looking: 'Sucht das leitende Gerät',
    lookingHelp: 'Das dauert einen Moment. Ist das leitende Gerät weg, warte darauf oder verlasse den Raum.',
    headings: {
      lobby: 'Du bist im Raum',
      loading: 'Holt den Anteil dieses Geräts',
      ready: 'Bereit zu antworten',
      generating: 'Arbeitet an einer Antwort',
      recovering: 'Ein Gerät ist gegangen',
      failed: 'Der Raum hat ein Problem',
    },
    theModel: 'das Modell',
    words: {
      lobby: () =>
        'Hier ist nichts zu tun: Wer den Raum leitet, wählt ein Modell, dann bekommt dieses Gerät seinen Anteil.',
      loading: (model) => `Heruntergeladen wird nur, was dieses Gerät rechnen wird. Modell: ${model}.`,
      ready: (model) => `Sobald jemand fragt, rechnet dieses Gerät mit den anderen. Modell: ${model}.`,
      generating: (model) => `Jedes Token der Antwort braucht den Teil dieses Geräts. Modell: ${model}.`,
      recovering: () => 'Die anderen teilen das Modell neu auf; dieses Gerät bekommt vielleicht einen größeren Teil.',
      failed: () => 'Wer den Raum leitet, kann das Modell noch einmal laden.',
    },
    ofTheWeights: 'der Gewichte des Modells sind auf diesem Gerät.',
    leave: 'Verlassen',
    leaveRoom: 'Den Raum verlassen',
  },

  room: {
    heading: 'Dein Raum',
    show: 'Zeige',
    roomTab: (devices) => `Raum (${devices})`,
    chatTab: 'Gespräch',
    textsTab: 'Texte',
    invite: 'Geräte einladen',
    serverAway: 'Der Server ist nicht erreichbar',
    serverAwayHelp:
      'Wer da ist, bleibt verbunden; neue Geräte können erst beitreten, wenn er wieder antwortet. Alle paar Sekunden wird er gesucht.',
    tryServer: 'Jetzt versuchen',
    tryingServer: 'Versucht es…',
    loadAgain: 'Noch einmal laden',
    planning: 'Rechnet aus, wer welchen Anteil nimmt…',
    fetching: 'Jedes Gerät holt seinen Anteil',
    ofBytes: (loadedBytes, totalBytes) => `${bytes(loadedBytes)} von ${bytes(totalBytes)}`,
    allShares: 'Anteile aller Geräte',
    obstacle: {
      lobby: 'Lade zuerst ein Modell.',
      loading: 'Du kannst senden, sobald jedes Gerät seinen Anteil hat.',
      recovering: 'Der Raum teilt das Modell neu auf.',
      failed: 'Lade zuerst wieder ein Modell.',
    },
  },

  rooms: {
    heading: 'Frühere Räume',
    startedBy: (name) => (name === null ? 'Ein Raum' : `Gestartet von ${name}`),
    startedHere: 'Auf diesem Gerät gestartet',
    ended: 'ist beendet',
    startAgain: 'Wieder starten',
    startAgainWith: (model) => `Wieder starten mit ${model}`,
    forget: (moment) => `Den Raum vom ${moment} vergessen`,
  },

  scanner: {
    scan: 'Mit einem Code beitreten',
    heading: 'Code eines Raums scannen',
    seeing: {
      opening: 'Wartet auf die Kamera: Erlaube sie, wenn der Browser fragt.',
      looking: 'Halte den Code eines Raums vor die Kamera.',
      strange: 'Dieser Code gehört zu keinem Raum. Halte einen anderen vor die Kamera.',
    },
    cannot: {
      refused: {
        heading: 'Die Kamera ist nicht erlaubt',
        help: 'Erlaube sie für diese Adresse in den Einstellungen des Browsers oder gib die zwölf Wörter des Raums ein.',
      },
      missing: {
        heading: 'Dieses Gerät hat keine Kamera',
        help: 'Gib die zwölf Wörter des Raums oder seinen Link ein.',
      },
      busy: {
        heading: 'Die Kamera geht nicht auf',
        help: 'Schließe, was sie sonst benutzt, und versuche es noch einmal, oder gib die zwölf Wörter des Raums ein.',
      },
    },
  },

  words: {
    summary: 'Keine Kamera? Mit zwölf Wörtern beitreten',
    help: (host) => `Öffne auf dem anderen Gerät ${host} und gib dort diese Wörter ein:`,
  },

  ...deJoining,

  foot: {
    nothingKept: 'Auf diesem Gerät ist nichts Heruntergeladenes gespeichert.',
    offline: 'Öffnet sich auch offline.',
    offlineRefused:
      'Öffnet sich offline nicht: Der Browser hat es abgelehnt, wie immer bei einem selbst gemachten Zertifikat.',
    version: (version) => `Headroom ${version}`,
  },
}
