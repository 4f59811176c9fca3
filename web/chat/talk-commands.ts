// What people of a room ask for besides the leader's own conversation.
import type { MobileTensorParallelismSystem } from '../../src/index.ts'

export type TalkCommand =
  /** The question waits for its turn: a guest's at the leader, the leader's own behind those. */
  | { kind: 'ask'; text: string }
  /** A guest takes back its own; the leader drops any. */
  | { kind: 'drop-question'; questionId: string }
  /** Guests only: this device takes no share from the next plan on. */
  | { kind: 'pause-device' }
  | { kind: 'resume-device' }

const kinds: Readonly<Record<TalkCommand['kind'], true>> = {
  ask: true,
  'drop-question': true,
  'pause-device': true,
  'resume-device': true,
}

export function isTalkCommand(command: { kind: string }): command is TalkCommand {
  return command.kind in kinds
}

/** Throws what the system says is in the way. */
export function performTalk(
  system: Pick<MobileTensorParallelismSystem, 'talk' | 'setPaused'>,
  command: TalkCommand,
): void {
  switch (command.kind) {
    case 'ask':
      system.talk.ask(command.text)
      break
    case 'drop-question':
      system.talk.drop(command.questionId)
      break
    case 'pause-device':
      system.setPaused(true)
      break
    case 'resume-device':
      system.setPaused(false)
      break
  }
}
