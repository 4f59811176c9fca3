// The questions of a room that wait for their answer, in the order they came: so many of each device, so many in all.
import type { Asker } from './talk-protocol.ts'
import { maxExcerptLength, maxWaiting, maxWaitingEach, type WaitingQuestion } from './talk-protocol.ts'

export interface Question {
  id: string
  asker: Asker
  text: string
}

/** Of so many questions that left with their devices the places are known. */
const mostPlaces = 3 * maxWaiting

export class QuestionQueue {
  #questions: readonly Question[] = []
  #shown: readonly WaitingQuestion[] = []
  /** By asker and id, in the order they first came. */
  readonly #places = new Map<string, number>()
  #came = 0

  /** Next first: a new array after each change. */
  get waiting(): readonly WaitingQuestion[] {
    return this.#shown
  }

  /** False: there is no room for it, or one of this id waits already. */
  add(question: Question): boolean {
    const own = this.#questions.filter(({ asker }) => asker.deviceId === question.asker.deviceId)
    if (own.length >= maxWaitingEach || this.#questions.length >= maxWaiting) return false
    if (this.#questions.some(({ id }) => id === question.id)) return false
    const place = this.#placeOf(question)
    const later = this.#questions.findIndex((other) => this.#placeOf(other) > place)
    this.#set(this.#questions.toSpliced(later < 0 ? this.#questions.length : later, 0, question))
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

  /** One that comes again, since its device's connection broke, has the place it had. */
  #placeOf({ id, asker }: Question): number {
    const key = `${asker.deviceId} ${id}`
    const place = this.#places.get(key) ?? this.#came++
    this.#places.set(key, place)
    for (const oldest of this.#places.keys()) if (this.#places.size > mostPlaces) this.#places.delete(oldest)
    return place
  }

  #set(questions: readonly Question[]): void {
    this.#questions = questions
    this.#shown = questions.map(({ id, asker, text }) => ({ id, asker, excerpt: text.slice(0, maxExcerptLength) }))
  }
}
