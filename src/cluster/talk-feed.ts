// What one guest has been given of the conversation, and so what it lacks. Nothing is kept waiting for a slow guest: it gets the newest
// state when its channel takes more.
import {
  maxPartLength,
  maxSharedTurns,
  maxTurnLength,
  type SharedTurn,
  type TalkMessage,
  type WaitingQuestion,
} from './talk-protocol.ts'

/** The conversation as it stands, and the questions that wait. */
export interface Talk {
  turns: readonly SharedTurn[]
  waiting: readonly WaitingQuestion[]
}

export class TalkFeed {
  #given: readonly SharedTurn[] = []
  /** null: it was told nothing yet. */
  #order: string | null = null
  #waiting: readonly WaitingQuestion[] | null = null

  /** The next message for the guest, which it is then taken to have; null where it lacks nothing. */
  next({ turns, waiting }: Talk): TalkMessage | null {
    const shown = turns.slice(-maxSharedTurns)
    const before = new Map(this.#given.map((turn) => [turn.id, turn]))
    const parts: TalkMessage['turns'] = []
    let room = maxPartLength
    this.#given = shown.flatMap((turn) => {
      const known = before.get(turn.id)
      if (known && isSame(known, turn)) return [known]
      if (room === 0) return known ? [known] : []
      const { content, ...head } = turn
      const whole = content.slice(0, maxTurnLength)
      const at = known && whole.startsWith(known.content) ? known.content.length : 0
      const text = whole.slice(at, at + room)
      room -= text.length
      const given = { ...turn, content: whole.slice(0, at + text.length) }
      const state = given.content.length < whole.length ? 'streaming' : turn.state
      if (known && isSame(known, { ...given, state })) return [known]
      parts.push({ ...head, state, at, text })
      return [{ ...given, state }]
    })
    const order = shown.map(({ id }) => id)
    const isNewOrder = order.join() !== this.#order
    const isNewQueue = waiting !== this.#waiting
    if (parts.length === 0 && !isNewOrder && !isNewQueue) return null
    this.#order = order.join()
    this.#waiting = waiting
    return {
      kind: 'talk',
      turns: parts,
      ...(isNewOrder ? { order } : {}),
      ...(isNewQueue ? { waiting } : {}),
    }
  }
}

function isSame(a: SharedTurn, b: SharedTurn): boolean {
  return a.content === b.content && a.state === b.state && a.askedBy?.deviceId === b.askedBy?.deviceId
}
