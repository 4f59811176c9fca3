// The words of what a room reads and asks together, and of old conversations.

export const enTalk = {
  heading: 'The conversation',
  log: 'The room’s conversation',
  readsAlong: 'Everybody in the room reads this conversation.',
  asked: (name: string) => `${name} asked`,
  leaderAsked: 'The leader asked',
  brokeOff: 'This answer broke off. The leader can have it answered again.',
  empty: 'Nothing has been asked yet.',
  ask: 'Ask the model',
  writeQuestion: 'Ask something',
  waiting: (n: number) => (n === 1 ? 'One question waits' : `${n} questions wait`),
  next: 'next',
  place: (place: number) => `place ${place}`,
  you: 'You',
  takeBack: (question: string) => `Take back “${question}”`,
  drop: (question: string, name: string) => `Take “${question}” of ${name} out of the queue`,
  /** A question that will not be answered, by why. */
  declined: {
    full: 'Too many questions wait. Ask again when some are answered.',
    dropped: 'The leader took your question out of the queue.',
  },
  toEnd: 'To the newest line',
  askAgain: 'Ask again',
  /** Why nothing can be asked now. */
  obstacle: {
    away: 'The leader is out of reach.',
    noModel: 'You can ask as soon as the leader has loaded a model.',
    encoder: 'The room’s model compares texts: it answers no questions.',
  },
  watch: {
    heading: 'You read along',
    help: 'This device takes no share of the model: it shows the room’s conversation, and you can ask.',
  },
}

export const enReading = {
  choose: 'Choose one from the list to read it.',
  goOn: 'Start a room to go on.',
}
