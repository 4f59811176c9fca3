// The leader's side of the talk: the questions that wait, and what every guest is told of the conversation. Messages are made when a
// guest's channel takes them, at most ten a second, so a slow guest lags, and neither memory nor the lanes suffer.
import { Emitter } from '../base/emitter.ts'
import { HeadroomError } from '../base/errors.ts'
import { allowance } from './allowance.ts'
import { questionText } from './guest-talk.ts'
import { type Question, QuestionQueue } from './question-queue.ts'
import { type Talk, TalkFeed } from './talk-feed.ts'
import type { Asker, AskMessage, DeclinedMessage, SharedTurn, TalkMessage, WithdrawMessage } from './talk-protocol.ts'

/** Pieces of an answer go out together. */
const tellEveryMs = 100

/** More than this in the channel's buffer, and a guest is told later: orders and heartbeats go through the same one. */
const mostBufferedBytes = 16 * 1024

/** Questions of one guest: more than a person writes. */
const [burst, perSecond] = [8, 0.5]

/** Questions that have left the queue and are known by their ids: more than a guest could ask again after a broken connection. */
const mostSettled = 100

/** A guest's control channel. */
export interface TalkListener extends Asker {
  /** Not sent yet. */
  readonly bufferedBytes: number
  /** Never throws. */
  tell(message: TalkMessage | DeclinedMessage): void
}

export class LeaderTalk extends Emitter<{ change: undefined }> {
  readonly #queue = new QuestionQueue()
  readonly #settled = new Set<string>()
  readonly #guests = new Map<string, { listener: TalkListener; feed: TalkFeed; mayAsk: () => boolean }>()
  #read: () => readonly SharedTurn[] = () => []
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The questions that wait, next first: a new array after each `change`. */
  get waiting(): Talk['waiting'] {
    return this.#queue.waiting
  }

  /** `read` gives the conversation as the leader's page shows it; it is called when guests are to be told. */
  share(read: () => readonly SharedTurn[]): void {
    this.#read = read
    this.touched()
  }

  /** The conversation has changed, be it by one token. */
  touched(): void {
    if (this.#guests.size > 0) this.#timer ??= setTimeout(() => this.#tellAll(), tellEveryMs)
  }

  /** A question of the leader's own. Throws `bad-input` for nothing, too much, or too many at once. */
  ask(text: string, asker: Asker): void {
    if (!this.#queue.add({ id: crypto.randomUUID(), asker, text: questionText(text) }))
      throw new HeadroomError('bad-input', 'Enough questions wait already. Let one be answered.')
    this.#changed()
  }

  /** The question that is next; it waits no more, and the caller answers it. */
  take(): Question | null {
    const question = this.#queue.take()
    if (question) this.#settle(question)
    return question
  }

  /** Takes a question out; the guest that asked it is told. */
  drop(questionId: string): void {
    const dropped = this.#queue.remove(questionId)
    if (!dropped) return
    this.#guests.get(dropped.asker.deviceId)?.listener.tell({ kind: 'declined', questionId, reason: 'dropped' })
    this.#settle(dropped)
  }

  addGuest(listener: TalkListener): void {
    this.#guests.set(listener.deviceId, { listener, feed: new TalkFeed(), mayAsk: allowance(burst, perSecond) })
    this.touched()
  }

  /** Its questions go with it. */
  removeGuest(deviceId: string): void {
    this.#guests.delete(deviceId)
    if (this.#queue.removeAllOf(deviceId)) this.#changed()
  }

  receive(deviceId: string, message: AskMessage | WithdrawMessage): void {
    const guest = this.#guests.get(deviceId)
    if (!guest) return
    const { questionId } = message
    if (message.kind === 'withdraw') {
      if (this.#queue.remove(questionId, deviceId)) this.#changed()
      return
    }
    const { name, tell } = guest.listener
    const question = { id: questionId, asker: { deviceId, name }, text: message.text }
    if (this.#settled.has(settledKey(question))) this.touched()
    else if (guest.mayAsk() && this.#queue.add(question)) this.#changed()
    else tell({ kind: 'declined', questionId, reason: 'full' })
  }

  #settle(question: Question): void {
    this.#settled.add(settledKey(question))
    for (const oldest of this.#settled) if (this.#settled.size > mostSettled) this.#settled.delete(oldest)
    this.#changed()
  }

  #changed(): void {
    this.touched()
    this.emit('change', undefined)
  }

  #tellAll(): void {
    this.#timer = undefined
    const talk = { turns: this.#read(), waiting: this.waiting }
    const isLeft = [...this.#guests.values()].map(({ listener, feed }) => {
      if (listener.bufferedBytes > mostBufferedBytes) return true
      const message = feed.next(talk)
      if (message) listener.tell(message)
      return message !== null
    })
    if (isLeft.includes(true)) this.touched()
  }
}

/** Ids are the guests' own: nobody's can settle another's. */
function settledKey({ id, asker }: Pick<Question, 'id' | 'asker'>): string {
  return `${asker.deviceId} ${id}`
}
