// What did not work, so that it can be told and tried again.
import { type ErrorData, toErrorData } from '../src/index.ts'
import type { Command } from './commands.ts'

export interface Failure {
  /** null: there is nothing to try again. */
  command: Command | null
  /** null: the page itself refused, and `message` says why. */
  error: ErrorData | null
  message: string
}

/** What the page itself does not do; its message is for people, in their language. */
export class PageRefusal extends Error {
  override readonly name = 'PageRefusal'
}

/** null for what was cancelled. What nobody expected goes to the console too. */
export function failureOf(command: Command, thrown: unknown): Failure | null {
  if (thrown instanceof PageRefusal) return { command: null, error: null, message: thrown.message }
  const error = toErrorData(thrown)
  if (error.code === 'internal') console.error(thrown)
  return error.code === 'aborted' ? null : { command, error, message: '' }
}
