// The words of the conversation in German.
import type { enChat } from './en-chat.ts'
import { numbersIn } from './numbers.ts'

const { bytes, counted, tenths, milliseconds } = numbersIn('de')

const onItsWay = { heading: 'Das Modell ist unterwegs', text: 'Deine Frage kannst du schon schreiben.' }
const nothingYet = { heading: 'Noch niemand zum Reden da', text: 'Lade ein Modell, dann schreibe hier.' }
const askAway = {
  heading: 'Frag den Raum etwas',
  text: 'Jedes Wort der Antwort rechnen alle Geräte gemeinsam aus.',
}

export const deChat: typeof enChat = {
  heading: 'Gespräch',
  newChat: 'Neues Gespräch',
  log: 'Gespräch',
  empty: {
    lobby: nothingYet,
    failed: nothingYet,
    loading: onItsWay,
    recovering: onItsWay,
    ready: askAway,
    generating: askAway,
  },
  notKept: 'Dieser Browser bewahrt nichts für die Seite auf: Beim Neuladen geht das Gespräch verloren.',
  message: 'Nachricht',
  writeMessage: 'Schreib eine Nachricht',
  stop: 'Anhalten',
  stopHint: 'Anhalten (Escape)',
  send: 'Senden',
  sendHint: 'Senden (Eingabetaste)',
  youWrote: 'Du hast geschrieben:',
  modelAnswered: 'Das Modell hat geantwortet:',
  reading: 'Liest, was du geschrieben hast',
  droppedTurns: (n) =>
    n === 1
      ? 'Der älteste Beitrag passte nicht mehr und fehlt dieser Antwort.'
      : `Die ältesten ${counted(n, 'Beitrag', 'Beiträge')} passten nicht mehr und fehlen dieser Antwort.`,
  tryAgain: 'Noch einmal versuchen',
  answerAgain: 'Noch einmal antworten',
  writtenElsewhere: 'Ein anderer Tab dieses Browsers schreibt diese Antwort.',
  unreadAbove: 'Was darüber steht, liest das Modell nicht mehr: Das Gespräch ist länger als sein Gedächtnis.',
  stopped: 'Angehalten',
  lengthLimit: 'Am Längenlimit beendet',
  settings: 'Wie Antworten entstehen',
  conversations: 'Gespräche',
  deviceOnly:
    'Nur in diesem Browser auf diesem Gerät aufbewahrt: Niemand sonst kann sie hier lesen, und wer die Browserdaten löscht, löscht auch sie.',
  promised: 'Der Browser hat zugesagt, sie nicht von sich aus zu löschen.',
  notPromised: 'Der Browser darf sie löschen, wenn der Platz knapp wird: Exportiere, was du behalten willst.',
  keptHere: 'Gespräche bleiben in diesem Browser, nur auf diesem Gerät.',
  search: 'Gespräche durchsuchen',
  noneYet: 'Noch kein Gespräch. Frag das Modell etwas, dann steht es hier.',
  noneFound: 'In keinem Gespräch stehen diese Wörter.',
  untitled: 'Ohne Titel',
  close: 'Schließen',
  rename: (title) => `„${title}“ umbenennen`,
  newTitle: 'Neuer Titel',
  save: 'Speichern',
  cancel: 'Abbrechen',
  deleteConversation: (title) => `„${title}“ löschen`,
  conversationDeleted: (title) => `„${title}“ ist gelöscht.`,
  turnsDeleted: 'Die Nachricht und was auf sie folgte sind gelöscht.',
  undo: 'Rückgängig',
  exportAll: 'Alle exportieren (JSON)',
  exportShown: 'Dieses exportieren (Markdown)',
  importFile: 'Importieren',
  unreadable: 'Dieses Gespräch ist nicht mehr lesbar. Wähle ein anderes.',
  notImported: {
    tooLarge: (name, size, most) =>
      `„${name}“ wurde nicht importiert: Die Datei hat ${bytes(size)}, mehr als die ${bytes(most)}, die diese Seite liest. Hier hat sich nichts geändert.`,
    notJson: (name) =>
      `„${name}“ wurde nicht importiert: Es ist weder JSON noch Markdown, das diese Seite exportiert hat. Hier hat sich nichts geändert. Wähle eine Datei, die sie exportiert hat.`,
    notOurs: (name, place) =>
      `„${name}“ wurde nicht importiert: Diese Seite hat es nicht exportiert, oder es ist beschädigt${place === '' ? '' : ` bei „${place}“`}. Hier hat sich nichts geändert. Wähle eine Datei, die diese Seite exportiert hat.`,
    noTree: (name, title) =>
      `„${name}“ wurde nicht importiert: Nachrichten von „${title}“ fehlen oder stehen zweimal da. Hier hat sich nichts geändert. Exportiere es noch einmal, wo es herkommt.`,
  },
  exported: { you: 'Du', model: 'Modell' },
  copy: 'Kopieren',
  copied: 'Kopiert',
  cannotCopy: 'Nicht kopiert',
  editPrompt: 'Bearbeiten',
  editLabel: 'Anders fragen',
  editHint: 'Die alte Frage und ihre Antworten bleiben: Die Pfeile führen zurück.',
  ask: 'Fragen',
  continueAnswer: 'Fortsetzen',
  deleteFromHere: 'Ab hier löschen',
  version: (index, count) => `${index} von ${count}`,
  previousVersion: 'Vorige Fassung',
  nextVersion: 'Nächste Fassung',
  thinking: 'Was das Modell vorher dachte',
  code: (language) => (language === '' ? 'Code' : `Code in ${language}`),
  tokensPerSecond: (value) => `${tenths(value)} Token/s`,
  firstAfter: (value) => `das erste nach ${milliseconds(value)}`,
  bytesPerToken: (value) => `${bytes(value)} je Token`,
  roundsPerToken: (value) => `${counted(Math.round(value), 'Runde', 'Runden')} je Token`,
  tokens: (n) => counted(n, 'Token', 'Token'),
}
