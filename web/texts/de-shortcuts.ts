import type { enShortcuts } from './en-shortcuts.ts'

export const deShortcuts: typeof enShortcuts = {
  heading: 'Tastatur',
  /** Keys that are pressed together are joined by a plus. */
  keys: {
    send: 'Eingabe',
    line: 'Umschalt + Eingabe',
    stop: 'Esc',
    editLast: '↑',
    newChat: 'Alt + Umschalt + N',
    conversations: 'Alt + Umschalt + L',
    help: 'Strg + /',
  },
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
