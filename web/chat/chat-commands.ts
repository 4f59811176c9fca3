// What a person can ask of the conversations. They travel as `hr-command` like all others.
import type { AnswerSettings } from './answer-settings.ts'

export type ChatCommand =
  | { kind: 'send-prompt'; text: string }
  | { kind: 'retry-answer' }
  | { kind: 'stop-answer' }
  | { kind: 'new-chat' }
  /** Another answer beside this one. */
  | { kind: 'regenerate-answer'; turnId: string }
  /** More of an answer that ended early. */
  | { kind: 'continue-answer'; turnId: string }
  /** Another question beside this one, and its answer. */
  | { kind: 'edit-prompt'; turnId: string; text: string }
  | { kind: 'show-version'; turnId: string }
  /** The turn and what follows it. */
  | { kind: 'delete-turn'; turnId: string }
  | { kind: 'open-conversation'; conversationId: string }
  | { kind: 'rename-conversation'; conversationId: string; title: string }
  | { kind: 'delete-conversation'; conversationId: string }
  /** What was deleted last is there again. */
  | { kind: 'undo-deletion' }
  | { kind: 'search-conversations'; words: string }
  | { kind: 'export-conversations' }
  | { kind: 'export-markdown' }
  | { kind: 'import-conversations'; file: File }
  /** null: as the model's makers mean it. */
  | { kind: 'set-answers'; settings: AnswerSettings | null }

const kinds: Readonly<Record<ChatCommand['kind'], true>> = {
  'send-prompt': true,
  'retry-answer': true,
  'stop-answer': true,
  'new-chat': true,
  'regenerate-answer': true,
  'continue-answer': true,
  'edit-prompt': true,
  'show-version': true,
  'delete-turn': true,
  'open-conversation': true,
  'rename-conversation': true,
  'delete-conversation': true,
  'undo-deletion': true,
  'search-conversations': true,
  'export-conversations': true,
  'export-markdown': true,
  'import-conversations': true,
  'set-answers': true,
}

export function isChatCommand(command: { kind: string }): command is ChatCommand {
  return command.kind in kinds
}
