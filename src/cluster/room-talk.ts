// What is asked in a room and who answers, for both roles: the leader's page takes the questions and answers them in its conversation, a
// guest's sends its own to the leader.
import { HeadroomError } from '../base/errors.ts'
import type { GuestSession } from './guest-session.ts'
import { LeaderTalk } from './leader-talk.ts'
import type { Question } from './question-queue.ts'
import type { Asker, SharedTurn } from './talk-protocol.ts'

export class RoomTalk {
  readonly leader = new LeaderTalk()
  #self: Asker | null = null
  readonly #guest: () => GuestSession | null

  constructor(guest: () => GuestSession | null) {
    this.#guest = guest
  }

  /** This device leads a room now. */
  lead(self: Asker): void {
    this.#self = self
  }

  /** It does no more, and its own questions are gone. */
  end(): void {
    if (this.#self) this.leader.removeGuest(this.#self.deviceId)
    this.#self = null
  }

  /** A question that waits for its turn. Throws `bad-input` for nothing, too much, too many at once, or outside a room. */
  ask(text: string): void {
    const guest = this.#guest()
    if (guest) guest.ask(text)
    else if (this.#self) this.leader.ask(text, this.#self)
    else throw new HeadroomError('bad-input', 'Questions wait in a room. Start one first.')
  }

  /** A guest takes back a question of its own; a leader drops any. */
  drop(questionId: string): void {
    const guest = this.#guest()
    if (guest) guest.withdraw(questionId)
    else this.leader.drop(questionId)
  }

  /** On the leader: the question that is next, for the caller to answer; null when none waits. */
  take(): Question | null {
    return this.leader.take()
  }

  /** On the leader: `read` gives the conversation that guests are to read. */
  share(read: () => readonly SharedTurn[]): void {
    this.leader.share(read)
  }

  /** On the leader: what `read` gives has changed. Cheap enough for every token. */
  touched(): void {
    this.leader.touched()
  }
}
