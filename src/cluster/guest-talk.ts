// The conversation as this guest was given it, and what it asks.
import { HeadroomError } from '../base/errors.ts'
import {
  type AskMessage,
  type DeclinedMessage,
  maxQuestionLength,
  maxTurnLength,
  maxWaitingEach,
  type SharedTurn,
  type TalkMessage,
  type WaitingQuestion,
  type WithdrawMessage,
} from './talk-protocol.ts'

/** A question of this device that will not be answered. */
export interface DeclinedQuestion {
  text: string
  /** `full`: too many wait already. `dropped`: the leader took it out. */
  reason: DeclinedMessage['reason']
}

export class GuestTalk {
  turns: readonly SharedTurn[] = []
  waiting: readonly WaitingQuestion[] = []
  declined: DeclinedQuestion | null = null
  readonly #deviceId: string
  #order: readonly string[] = []
  /** What this device asked that may still wait, by id, oldest first. */
  readonly #asked = new Map<string, string>()

  constructor(deviceId: string) {
    this.#deviceId = deviceId
  }

  /** The message that asks `text`. Throws `bad-input` for nothing, too much, or too many at once. */
  ask(text: string): AskMessage {
    const asked = questionText(text)
    const own = this.waiting.filter(({ asker }) => asker.deviceId === this.#deviceId)
    if (own.length >= maxWaitingEach)
      throw new HeadroomError('bad-input', `${own.length} questions of this device wait already. Let one be answered.`)
    const questionId = crypto.randomUUID()
    this.#asked.set(questionId, asked)
    this.declined = null
    return { kind: 'ask', questionId, text: asked }
  }

  /** The message that takes a question back. */
  withdraw(questionId: string): WithdrawMessage {
    this.#forget(questionId)
    return { kind: 'withdraw', questionId }
  }

  /** Throws `bad-message` for a part that does not follow what is here. */
  receive(message: TalkMessage | DeclinedMessage): void {
    if (message.kind === 'declined') this.#decline(message)
    else this.#take(message)
  }

  #take(message: TalkMessage): void {
    const known = new Map(this.turns.map((turn) => [turn.id, turn]))
    for (const { at, text, ...head } of message.turns) {
      const before = known.get(head.id)?.content ?? ''
      if (at > before.length || at + text.length > maxTurnLength)
        throw new HeadroomError(
          'bad-message',
          `A part of a turn begins at ${at}, but ${before.length} characters are here. Reload both pages.`,
        )
      known.set(head.id, { ...head, content: before.slice(0, at) + text })
    }
    const order = message.order ?? this.#order
    this.#order = order
    this.turns = order.flatMap((id) => known.get(id) ?? [])
    if (message.waiting) this.#setWaiting(message.waiting)
  }

  /** The connection is gone: the leader forgets what waited of this device, and tells everything anew when it is back. */
  lost(): void {
    this.waiting = this.waiting.filter(({ id }) => this.#asked.has(id))
  }

  /** What to ask a leader that is back: the same questions, so that it knows those that it has taken up meanwhile. */
  askAgain(): AskMessage[] {
    return [...this.#asked].map(([questionId, text]) => ({ kind: 'ask', questionId, text }))
  }

  #decline({ questionId, reason }: DeclinedMessage): void {
    const text = this.#asked.get(questionId)
    if (text !== undefined) this.declined = { text, reason }
    this.#forget(questionId)
  }

  #forget(questionId: string): void {
    this.#asked.delete(questionId)
    this.waiting = this.waiting.filter(({ id }) => id !== questionId)
  }

  /** What waited and does no more was taken up. */
  #setWaiting(waiting: readonly WaitingQuestion[]): void {
    const ids = new Set(waiting.map(({ id }) => id))
    for (const { id } of this.waiting) if (!ids.has(id)) this.#asked.delete(id)
    this.waiting = waiting
  }
}

/** Throws `bad-input` for nothing and for too much. */
export function questionText(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw new HeadroomError('bad-input', 'The question is empty. Write something first.')
  if (trimmed.length <= maxQuestionLength) return trimmed
  throw new HeadroomError(
    'bad-input',
    `The question has ${trimmed.length} characters; ${maxQuestionLength} can be asked at once. Shorten it.`,
  )
}
