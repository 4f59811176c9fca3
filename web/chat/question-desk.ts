// Where the leader's page answers the room: one question after the other, in the conversation that is open, and the room reads along.
import type { MobileTensorParallelismSystem, Question, SharedTurn } from '../../src/index.ts'
import type { Conversation } from './conversation.ts'
import type { LiveAnswer } from './live-answer.ts'

export type DeskSystem = Pick<MobileTensorParallelismSystem, 'on' | 'talk' | 'view'>

const nothing = () => undefined

export class QuestionDesk {
  readonly #system: DeskSystem
  readonly #open: () => Conversation
  readonly #unsubscribe: () => void
  #followed: LiveAnswer | null = null
  #unfollow: () => void = nothing
  #answering = false

  /** `open`: the conversation that people see now. */
  constructor(system: DeskSystem, open: () => Conversation) {
    this.#system = system
    this.#open = open
    this.#unsubscribe = system.on('change', () => this.#next())
    system.talk.share(() => sharedTurns(open()))
    this.update()
  }

  /** To be called when what people see has changed; a streamed piece is heard of otherwise. */
  update(): void {
    const { talk } = this.#system
    const { live } = this.#open()
    if (live !== this.#followed) {
      this.#unfollow()
      this.#followed = live
      this.#unfollow = live?.follow(() => talk.touched()) ?? nothing
    }
    talk.touched()
    queueMicrotask(() => this.#next()) // What changed may be the beginning of an answer.
  }

  /** A question of the leader's own that came while another one is being answered. */
  ask(text: string): void {
    this.#system.talk.ask(text)
  }

  close(): void {
    this.#unsubscribe()
    this.#unfollow()
  }

  #next(): void {
    const { view, talk } = this.#system
    const isFree = !this.#answering && this.#open().live === null
    if (!isFree || view.state.kind !== 'ready' || view.model?.encoder) return
    this.#answering = true // Taking one is a change, too.
    const question = talk.take()
    if (question) void this.#answer(question)
    else this.#answering = false
  }

  async #answer({ text, asker }: Question): Promise<void> {
    const isOwn = this.#system.view.devices.some(({ isSelf, deviceId }) => isSelf && deviceId === asker.deviceId)
    await this.#open().send(text, isOwn ? null : asker)
    this.#answering = false
    this.#next()
  }
}

/** As the room reads it now. */
function sharedTurns({ path, live }: Conversation): SharedTurn[] {
  return path.map(({ id, role, state, askedBy, content }) => ({
    id,
    role,
    state,
    askedBy,
    content: id === live?.turnId ? live.text : content,
  }))
}
