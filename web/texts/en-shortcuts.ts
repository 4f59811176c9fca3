// The words of the keyboard's help.
export const enShortcuts = {
  heading: 'Keyboard',
  /** Keys that are pressed together are joined by a plus. */
  keys: {
    send: 'Enter',
    line: 'Shift + Enter',
    stop: 'Esc',
    editLast: '↑',
    newChat: 'Alt + Shift + N',
    conversations: 'Alt + Shift + L',
    help: 'Ctrl + /',
  },
  what: {
    send: 'Send',
    line: 'New line',
    stop: 'Stop the answer',
    editLast: 'Ask your last question in other words, while nothing is written',
    newChat: 'New chat',
    conversations: 'Conversations',
    help: 'This list',
  },
}
