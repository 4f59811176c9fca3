// The room's conversation as a guest's page shows it: the turns that the leader gave, the growing one as an answer that streams.
import type { SharedTurn } from '../../src/index.ts'
import { LiveAnswer } from './live-answer.ts'
import type { Turn } from './turn.ts'

export class SharedConversation {
  turns: readonly Turn[] = []
  /** The answer that is being written. */
  live: LiveAnswer | null = null
  #shown = new Map<string, { shared: SharedTurn; turn: Turn }>()

  /** Turns that have not changed stay the same objects, and so does the one that grows. */
  update(shared: readonly SharedTurn[]): void {
    const growing = shared.findLast(({ role, state }) => role === 'assistant' && state === 'streaming')
    this.#follow(growing)
    this.#shown = new Map(shared.map((turn) => [turn.id, { shared: turn, turn: this.#turnOf(turn) }]))
    this.turns = [...this.#shown.values()].map(({ turn }) => turn)
  }

  #follow(growing: SharedTurn | undefined): void {
    if (!growing) this.live = null
    else if (this.live?.turnId === growing.id && growing.content.startsWith(this.live.text))
      this.live.push(growing.content.slice(this.live.text.length))
    else this.live = new LiveAnswer(growing.id, growing.content)
  }

  #turnOf(shared: SharedTurn): Turn {
    const before = this.#shown.get(shared.id)
    const isGrowing = this.live?.turnId === shared.id && before?.shared.state === 'streaming'
    if (before && (before.shared === shared || isGrowing)) return before.turn
    return { ...shared, parentId: null, createdAtMs: 0, figures: null, droppedTurns: 0, problem: null }
  }
}
