import type { enShortcuts } from './en-shortcuts.ts'

export const deShortcuts: typeof enShortcuts = {
  heading: 'Tastatur',
  enter: 'Eingabe',
  shift: 'Umschalt',
  escape: 'Esc',
  up: '↑',
  what: {
    send: 'Senden',
    line: 'Neue Zeile',
    stop: 'Die Antwort anhalten',
    editLast: 'Die letzte Frage anders stellen, solange nichts geschrieben ist',
    newChat: 'Neues Gespräch',
    conversations: 'Gespräche',
    help: 'Diese Liste',
  },
}
