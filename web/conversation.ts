// The leader's conversation: asks the system, collects the answer as it streams, and never loses a word to an error or a reload.
import { type MobileTensorParallelismSystem, toErrorData } from '../src/index.ts'
import { emptyAnswer, keepTurns, requestMessages, restoreTurns, type Turn, userTurn } from './turns.ts'

export class Conversation {
  turns: readonly Turn[]
  /** False when a reload of the page would lose the conversation. */
  kept = true
  readonly #system: Pick<MobileTensorParallelismSystem, 'chat'>
  readonly #storage: Storage
  readonly #changed: () => void
  #answering: AbortController | null = null

  /** Restores what this tab kept. `changed` is called at every change, each streamed piece included. */
  constructor(system: Pick<MobileTensorParallelismSystem, 'chat'>, storage: Storage, changed: () => void) {
    this.#system = system
    this.#storage = storage
    this.#changed = changed
    this.turns = restoreTurns(storage)
  }

  /** Resolves when the answer has ended, however it ended: a failure is told in the answer's turn. */
  async send(text: string): Promise<void> {
    if (this.#answering) return
    this.turns = [...this.turns, userTurn(text)]
    await this.#answer()
  }

  /** Asks again for the last answer. */
  async retry(): Promise<void> {
    if (this.#answering) return
    if (this.turns.at(-1)?.role === 'assistant') this.turns = this.turns.slice(0, -1)
    await this.#answer()
  }

  stop(): void {
    this.#answering?.abort()
  }

  clear(): void {
    this.stop()
    this.#answering = null
    this.turns = []
    this.#keep()
  }

  async #answer(): Promise<void> {
    const answering = new AbortController()
    this.#answering = answering
    const messages = requestMessages(this.turns)
    this.turns = [...this.turns, emptyAnswer()]
    this.#keep()
    const change = (part: Partial<Turn>) => this.#answering === answering && this.#changeAnswer(part)
    let streamed = ''
    const onText = (piece: string) => {
      streamed += piece
      change({ content: streamed })
    }
    try {
      const { text, stopReason, droppedTurns, figures } = await this.#system.chat({
        messages,
        signal: answering.signal,
        onText,
      })
      const state = ({ stop: 'done', length: 'length', aborted: 'stopped' } as const)[stopReason]
      change({ content: text ?? streamed, state, droppedTurns, figures })
    } catch (error) {
      const { code, message } = toErrorData(error)
      change(code === 'aborted' ? { state: 'stopped' } : { state: 'failed', problem: message })
    }
    if (this.#answering !== answering) return
    this.#answering = null
    this.#keep()
  }

  #changeAnswer(part: Partial<Turn>): void {
    const last = this.turns.at(-1)
    if (!last) return
    this.turns = [...this.turns.slice(0, -1), { ...last, ...part }]
    this.#changed()
  }

  #keep(): void {
    this.kept = keepTurns(this.#storage, this.turns)
    this.#changed()
  }
}
