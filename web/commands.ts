// Everything a person can ask of the page, as one union. Components fire it as `hr-command`; the controller alone acts on it.
import type { ChatCommand } from './chat/chat-commands.ts'
import type { TalkCommand } from './chat/talk-commands.ts'
import type { ModelCommand } from './models/model-commands.ts'

export type Command =
  | ChatCommand
  | TalkCommand
  | ModelCommand
  | { kind: 'measure' }
  /** `model`: is loaded as soon as it is open. */
  | { kind: 'start-room'; model?: string }
  | { kind: 'open-link'; link: string }
  /** `watch`: as a device that takes no share. */
  | { kind: 'join-room'; watch?: true }
  | { kind: 'leave-room' }
  | { kind: 'back-to-start' }
  /** The signaling server, which is gone. */
  | { kind: 'try-server' }
  /** Carried out by the app, which knows whether a newer version waits. */
  | { kind: 'reload-page' }
  | { kind: 'forget-room'; hash: string }
  | { kind: 'remove-device'; deviceId: string }
  | { kind: 'compare-sentences'; sentences: readonly string[] }
  | { kind: 'fill-mask'; text: string }

/** A command on its way to the controller; it crosses shadow roots. */
export class CommandEvent extends Event {
  static readonly type = 'hr-command'
  readonly command: Command

  constructor(command: Command) {
    super(CommandEvent.type, { bubbles: true, composed: true })
    this.command = command
  }
}

declare global {
  interface HTMLElementEventMap {
    'hr-command': CommandEvent
  }
}
