// The words of the conversation.
import { numbersIn } from './numbers.ts'

const { bytes, counted, tenths, milliseconds } = numbersIn('en')

const onItsWay = { heading: 'The model is on its way', text: 'Meanwhile you can write your question.' }
const nothingYet = { heading: 'Nothing to talk to yet', text: 'Load a model, then write here.' }
const askAway = {
  heading: 'Ask the room something',
  text: 'Every word of the answer is worked out by all devices together.',
}

export const enChat = {
  heading: 'Chat',
  newChat: 'New chat',
  log: 'Conversation',
  /** By what the room is doing. */
  empty: {
    lobby: nothingYet,
    failed: nothingYet,
    loading: onItsWay,
    recovering: onItsWay,
    ready: askAway,
    generating: askAway,
  },
  notKept: 'This browser keeps nothing for this page: a reload loses the conversation.',
  message: 'Message',
  writeMessage: 'Write a message',
  stop: 'Stop',
  stopHint: 'Stop (Escape)',
  send: 'Send',
  sendHint: 'Send (Enter)',
  youWrote: 'You wrote:',
  modelAnswered: 'The model answered:',
  reading: 'Reading what you wrote',
  droppedTurns: (n: number) =>
    n === 1
      ? 'The oldest turn no longer fit and was left out of this answer.'
      : `The oldest ${counted(n, 'turn', 'turns')} no longer fit and were left out of this answer.`,
  tryAgain: 'Try again',
  answerAgain: 'Answer again',
  writtenElsewhere: 'Another tab of this browser is writing this answer.',
  unreadAbove: 'The model no longer reads what stands above: the conversation has outgrown its memory.',
  stopped: 'Stopped',
  lengthLimit: 'Ended at the length limit',
  settings: 'How answers are made',
  conversations: 'Conversations',
  deviceOnly:
    'Kept in this browser on this device only: nobody else can read them here, and clearing the browser’s data deletes them.',
  promised: 'The browser has promised not to clear them by itself.',
  notPromised: 'The browser may clear them when space runs short: export what you want to keep.',
  keptHere: 'Conversations are kept in this browser, on this device only.',
  search: 'Search conversations',
  noneYet: 'No conversation yet. Ask the model something, and it will be listed here.',
  noneFound: 'No conversation has these words.',
  untitled: 'Without a title',
  close: 'Close',
  rename: (title: string) => `Rename “${title}”`,
  newTitle: 'New title',
  save: 'Save',
  cancel: 'Cancel',
  deleteConversation: (title: string) => `Delete “${title}”`,
  conversationDeleted: (title: string) => `“${title}” is deleted.`,
  turnsDeleted: 'The message and what followed it are deleted.',
  undo: 'Undo',
  exportAll: 'Export all (JSON)',
  exportShown: 'Export this one (Markdown)',
  importFile: 'Import',
  unreadable: 'This conversation cannot be read any more. Choose another one.',
  notImported: {
    tooLarge: (name: string, size: number, most: number) =>
      `“${name}” was not imported: it has ${bytes(size)}, more than the ${bytes(most)} that this page reads. Nothing here has changed.`,
    notJson: (name: string) =>
      `“${name}” was not imported: it is neither JSON nor Markdown that this page has exported. Nothing here has changed. Choose a file that it has.`,
    notOurs: (name: string, place: string) =>
      `“${name}” was not imported: this page has not exported it, or it was damaged${place === '' ? '' : ` at “${place}”`}. Nothing here has changed. Choose a file that this page has exported.`,
    noTree: (name: string, title: string) =>
      `“${name}” was not imported: messages of “${title}” are missing or there twice. Nothing here has changed. Export it again where it comes from.`,
  },
  exported: { you: 'You', model: 'Model' },
  copy: 'Copy',
  copied: 'Copied',
  cannotCopy: 'Not copied',
  editPrompt: 'Edit',
  editLabel: 'Ask in other words',
  editHint: 'The old question and its answers stay: go back to them with the arrows.',
  ask: 'Ask',
  continueAnswer: 'Continue',
  deleteFromHere: 'Delete from here on',
  version: (index: number, count: number) => `${index} of ${count}`,
  previousVersion: 'Previous version',
  nextVersion: 'Next version',
  thinking: 'What the model thought first',
  code: (language: string) => (language === '' ? 'Code' : `Code in ${language}`),
  tokensPerSecond: (value: number) => `${tenths(value)} tokens/s`,
  firstAfter: (value: number) => `first after ${milliseconds(value)}`,
  bytesPerToken: (value: number) => `${bytes(value)} a token`,
  roundsPerToken: (value: number) => `${counted(Math.round(value), 'round', 'rounds')} a token`,
  tokens: (n: number) => counted(n, 'token', 'tokens'),
}
