// The questions of a room that wait for their answer, in the order they came: so many of each device, so many in all.
import type { Asker } from './talk-protocol.ts'
import { maxExcerptLength, maxWaiting, maxWaitingEach, type WaitingQuestion } from './talk-protocol.ts'

export interface Question {
  id: string
  asker: Asker
  text: string
}

export class QuestionQueue {
  #questions: readonly Question[] = []
  #shown: readonly WaitingQuestion[] = []

  /** Next first: a new array after each change. */
  get waiting(): readonly WaitingQuestion[] {
    return this.#shown
  }

  /** False: there is no room for it, or one of this id waits already. */
  add(question: Question): boolean {
    const own = this.#questions.filter(({ asker }) => asker.deviceId === question.asker.deviceId)
    if (own.length >= maxWaitingEach || this.#questions.length >= maxWaiting) return false
    if (this.#questions.some(({ id }) => id === question.id)) return false
    this.#set([...this.#questions, question])
    return true
  }

  /** The next one, which waits no more. */
  take(): Question | null {
    const [next = null, ...others] = this.#questions
    if (next) this.#set(others)
    return next
  }

  /** null where it does not wait, or, with `deviceId`, is not that device's. */
  remove(questionId: string, deviceId?: string): Question | null {
    const removed = this.#questions.find(
      ({ id, asker }) => id === questionId && (deviceId === undefined || asker.deviceId === deviceId),
    )
    if (removed) this.#set(this.#questions.filter((question) => question !== removed))
    return removed ?? null
  }

  /** All of a device that has left; false: there were none. */
  removeAllOf(deviceId: string): boolean {
    const kept = this.#questions.filter(({ asker }) => asker.deviceId !== deviceId)
    if (kept.length === this.#questions.length) return false
    this.#set(kept)
    return true
  }

  #set(questions: readonly Question[]): void {
    this.#questions = questions
    this.#shown = questions.map(({ id, asker, text }) => ({ id, asker, excerpt: text.slice(0, maxExcerptLength) }))
  }
}
