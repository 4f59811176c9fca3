// The words of models in German.
import type { enModels } from './en-models.ts'
import { numbersIn } from './numbers.ts'

const { count, counted } = numbersIn('de')

export const deModels: typeof enModels = {
  models: {
    heading: 'Modell',
    check: {
      digest: 'jedes Byte geprüft',
      'length-and-etag': 'nur Länge und Fassung konnten geprüft werden',
      local: 'eine Datei dieses Geräts',
    },
    change: 'Anderes Modell',
    shareAnew: 'Neu aufteilen',
    holdNothing: (devices) => `${counted(devices, 'Gerät hat', 'Geräte haben')} noch keinen Anteil.`,
    unknown: 'Die Modelle des Servers sind nicht bekannt',
    asking: 'Fragt den Server, was er hat…',
    none: 'Der Server hat noch kein Modell',
    noneHelp:
      'Warum das übliche Modell nicht geholt werden konnte, steht dort, wo er läuft, im Terminal; npm start versucht es noch einmal. Oder öffne hier eine Datei.',
    onServer: 'Modelle auf diesem Server',
    load: 'Laden',
    loading: 'Lädt…',
    embeds: (tokens) => `bettet Texte bis ${count(tokens)} Token ein`,
    remembers: (tokens) => `merkt sich ${count(tokens)} Token`,
    notForChat: 'setzt Texte fort und ist nicht für Gespräche gemacht',
  },

  hub: {
    modelFrom: (host) => `Ein Modell von ${host}`,
    repository: 'Repository',
    repositoryExample: 'besitzer/name',
    repositoryHelp: 'Eine von mehreren GGUF-Dateien: besitzer/name:Q4_K_M. Eine Fassung: besitzer/name@revision.',
    token: 'Token, für ein zugangsbeschränktes Modell',
    tokenHelp: (host) =>
      `Bleibt im Speicher dieser Seite und geht nur an ${host}. Die anderen Geräte im Raum bekommen die Teile eines solchen Modells von diesem.`,
    whoLearns: (host) =>
      `Wenn du auf Laden drückst, holt jedes Gerät im Raum seinen Anteil von ${host}; dort werden seine Adresse und das Modell bekannt.`,
  },

  files: {
    openFile: 'GGUF-Datei öffnen',
    openFolder: 'Ordner öffnen',
    help: 'Oder irgendwo auf der Seite ablegen. Sie bleibt auf diesem Gerät; die anderen im Raum bekommen ihre Anteile von hier.',
    file: 'GGUF-Datei',
    folder: 'Ordner eines Modells',
    occupied:
      'Gerade wird ein Modell geladen oder benutzt, deshalb wurde nichts geöffnet. Lege es danach noch einmal ab.',
    unreadable:
      'Was abgelegt wurde, ist nicht lesbar. Wurde es verschoben, oder fehlt das Laufwerk? Lege es noch einmal ab.',
  },
}
