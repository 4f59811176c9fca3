// The words of the keyboard's help.
export const enShortcuts = {
  heading: 'Keyboard',
  enter: 'Enter',
  shift: 'Shift',
  escape: 'Esc',
  up: '↑',
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
