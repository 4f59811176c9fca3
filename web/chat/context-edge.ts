// Where the part of a conversation begins that the model still reads.
import type { Turn } from './turn.ts'

/** The first turn that was read for the newest answer, by the engine's count of questions; null when all were. */
export function firstReadTurn(path: readonly Turn[]): string | null {
  const dropped = path.findLast(({ role, figures }) => role === 'assistant' && figures !== null)?.droppedTurns ?? 0
  if (dropped === 0) return null
  let questions = 0
  let before: Turn['role'] | null = null
  for (const { id, role, content } of path) {
    if (content === '') continue // Is not asked with, as in `requestMessages`.
    if (role === 'user' && before !== 'user' && questions++ === dropped) return id
    before = role
  }
  return null
}

/** Ids of the answers for which more was left out than for any before. */
export function outgrownAnswers(path: readonly Turn[]): ReadonlySet<string> {
  let most = 0
  const found = new Set<string>()
  for (const { id, droppedTurns } of path) {
    if (droppedTurns > most) found.add(id)
    most = Math.max(most, droppedTurns)
  }
  return found
}
