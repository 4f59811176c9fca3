// The words of fits and downloads in German.
import type { enDownloads } from './en-downloads.ts'
import { numbersIn } from './numbers.ts'

const { bytes, count, counted, milliseconds, tenths } = numbersIn('de')

export const deDownloads: typeof enDownloads = {
  fit: {
    ask: 'Passt es?',
    reading: 'Liest, was das Modell braucht…',
    fits: 'Es passt in diesen Raum',
    fitsNot: 'Es passt nicht in diesen Raum',
    sizes: (modelBytes, offeredBytes) =>
      `Die Dateien des Modells haben ${bytes(modelBytes)}; die Geräte hier geben ${bytes(offeredBytes)}.`,
    missing: (missingBytes) => `Es fehlen ${bytes(missingBytes)}.`,
    speed: (tokensPerSecond) =>
      `Etwa ${tokensPerSecond < 10 ? tenths(tokensPerSecond) : count(tokensPerSecond)} Token je Sekunde, nach dem, was an diesen Geräten und den Wegen zwischen ihnen gemessen wurde.`,
    noRoundTrip: (device, computeMs) =>
      `Wie schnell, ist noch nicht bekannt: Der Weg zu ${device} ist nicht gemessen. Das Rechnen allein dauert ${milliseconds(computeMs)} je Token.`,
    noReadback: (device, computeMs) =>
      `Wie schnell, ist noch nicht bekannt: ${device} hat nicht gemessen, wie bald seine Ergebnisse lesbar sind. Das Rechnen allein dauert ${milliseconds(computeMs)} je Token.`,
    shares: 'Was jedes Gerät halten würde',
    share: (memoryBytes, offeredBytes) => `${bytes(memoryBytes)} von ${bytes(offeredBytes)}`,
    held: {
      f32: 'Die Gewichte würden als Zahlen mit 32 Bit gehalten.',
      f16: 'Die Gewichte würden als Zahlen mit 16 Bit gehalten, damit sie passen.',
      int8: 'Die Gewichte würden als Zahlen mit 8 Bit gehalten, damit sie passen.',
      int4: 'Die Gewichte würden als Zahlen mit 4 Bit gehalten, damit sie passen; die Antworten werden davon schlechter.',
    },
    remedies: 'Was helfen würde',
    noRemedy: 'Mehr Geräte wie diese helfen nicht. Wähle ein kleineres Modell.',
    startElsewhere: (device) => `Den Raum auf ${device} öffnen, das den meisten Speicher hat.`,
    moreDevices: (devices, like, memoryBytes) =>
      `Noch ${counted(devices, 'Gerät', 'Geräte')} wie ${like} dazunehmen (je ${bytes(memoryBytes)}).`,
    shorterContext: (positions) =>
      `Die Seite neu öffnen, mit Platz für ${count(positions)} Token: Dann merkt es sich weniger vom Gespräch.`,
    smallerWeights: { int8: 'Mit 8-Bit-Gewichten laden', int4: 'Mit 4-Bit-Gewichten laden' },
  },

  hubSearch: {
    label: 'Suche',
    example: 'smollm2 instruct',
    search: 'Suchen',
    searching: 'Fragt…',
    nothing: 'Nichts gefunden, dessen Gewichte hier gelesen werden. Versuche es mit weniger Wörtern.',
    found: (repositories) => `${counted(repositories, 'Repository', 'Repositorys')} gefunden.`,
    downloads: (times) => `${counted(times, 'Download', 'Downloads')} im Monat`,
    license: (name) => `Lizenz ${name}`,
    noLicense: 'keine Lizenz genannt',
    gated: 'braucht ein Token',
    filesOf: (repository) => `Modelle in ${repository}`,
    nothingInside: 'Nichts darin läuft hier: Es hat weder GGUF-Dateien noch safetensors mit einer config.json.',
    checkpoint: 'Alles (safetensors)',
    unreadable: 'hier noch nicht lesbar',
    noSize: 'Größe nicht bekannt',
    back: 'Zurück zu den Treffern',
    byName: 'Oder mit seinem Namen',
  },

  loading: {
    choose: 'Ein Modell auswählen',
    loadNamed: (model, sizeBytes) => (sizeBytes === null ? `${model} laden` : `${model} laden, ${bytes(sizeBytes)}`),
    another: 'Ein anderes Modell',
    rate: (bytesPerSecond) => `${bytes(bytesPerSecond)}/s`,
    left: (seconds) =>
      seconds < 60
        ? `noch etwa ${counted(Math.max(1, Math.ceil(seconds)), 'Sekunde', 'Sekunden')}`
        : `noch etwa ${counted(Math.round(seconds / 60), 'Minute', 'Minuten')}`,
    paused: 'Angehalten. Was da ist, bleibt.',
    held: {
      heading: 'Das Laden ist angehalten',
      help: 'Das leitende Gerät hat es angehalten. Was da ist, bleibt auf diesem Gerät; es geht dort weiter, sobald das leitende Gerät es will.',
    },
    pause: 'Anhalten',
    resume: 'Weiter',
    leaveOut: 'Ohne es weitermachen',
    leaveOutNamed: (device) => `Ohne ${device} weitermachen`,
    failedOn: (device) => `${device} konnte seinen Anteil nicht nehmen`,
    wentOn: 'Der Raum macht ohne es weiter.',
    stands:
      'Die anderen können dieses Modell ohne es nicht halten: Der Raum hat jetzt keines. Oder wähle ein anderes Modell.',
    tryAgain: (device) => `Noch einmal mit ${device}`,
    smaller: 'Mit 4-Bit-Gewichten versuchen',
    leftOut: (device) => `${device} wurde ausgelassen`,
    takingOver: 'Die anderen übernehmen gerade seinen Anteil.',
    freeSpace: 'Platz schaffen',
    ownMemoryFull:
      'Schließe andere Tabs und Apps, dann lade diese Seite neu. Oder pausiere dieses Gerät und lies mit, oder bitte die Person, die den Raum leitet, um ein kleineres Modell.',
    lastTime: {
      named: (model, bits) => `Zuletzt lief hier ${model}${bits === null ? '' : ` mit ${bits}-Bit-Gewichten`}.`,
      file: (name) =>
        `Zuletzt lief hier ${name} von diesem Gerät. Eine Seite kann keine Datei von selbst öffnen: Wähle sie noch einmal.`,
    },
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

  noAnswer: {
    heading: 'Niemand antwortet',
    help: 'Das leitende Gerät schweigt seit 20 Sekunden. Der Raum ist wahrscheinlich beendet: Frag nach einem neuen Link.',
  },
}
