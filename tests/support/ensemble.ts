// All ranks of one model, stepping together in one process: no network, the sums are made by hand.
import type { Executor, State, Step } from '../../src/compute/executor.ts'
import { type ModelConfig, streamWidth, sublayersOf } from '../../src/model/config.ts'
import { plainRequest } from '../../src/model/sampling.ts'

const wholeLogits = { ...plainRequest, candidates: 3, logits: true }

/** Owns its executors. */
export class Ensemble {
  readonly config: ModelConfig
  readonly ranks: readonly Executor[]
  #step = 0

  constructor(config: ModelConfig, ranks: readonly Executor[]) {
    this.config = config
    this.ranks = ranks
  }

  /** One forward pass; logits `[rows, V]` put together from the ranks, and the final hidden states `[T, H]`. */
  async run(
    tokens: number[],
    pastLength: number,
    rows: Step['rows'] = 'all',
    more: Partial<Pick<Step, 'positions' | 'mask' | 'tokenTypes'>> = {},
  ): Promise<{ logits: Float32Array[]; hidden: Float32Array }> {
    const positions = tokens.map((_, i) => pastLength + i)
    const step: Step = { epoch: 1, step: this.#step++, sequence: 0, pastLength, tokens, positions, rows, ...more }
    const embedded = this.ranks[0]!.embed(step)
    const states = this.ranks.map((rank) => rank.begin(step, embedded))
    const [leader, ...others] = this.ranks
    // As the engine does: who is alone has nobody to sum with.
    if (others.length === 0 && leader!.advance) await leader!.advance(states[0]!, 0, sublayersOf(this.config).length)
    else await this.#addUp(states)
    const heads = await Promise.all(this.ranks.map((rank, r) => rank.head(states[r]!, wholeLogits)))
    const hidden = await this.ranks[0]!.readHidden(states[0]!)
    const logits = heads[0]!.map((_, row) => Float32Array.from(heads.flatMap((head) => [...head[row]!.logits!])))
    return { logits, hidden }
  }

  async #addUp(states: readonly State[]): Promise<void> {
    for (const index of sublayersOf(this.config).keys()) {
      const partials = await Promise.all(this.ranks.map((rank, r) => rank.partial(states[r]!, index)))
      const sum = new Float32Array(states[0]!.tokenCount * streamWidth(this.config))
      for (const partial of partials) for (let i = 0; i < sum.length; i++) sum[i]! += partial[i]!
      for (const [r, rank] of this.ranks.entries()) rank.join(states[r]!, index, sum.slice())
    }
  }

  get memory() {
    return this.ranks.map(({ memory }) => memory)
  }

  close(): void {
    for (const rank of this.ranks) rank.close()
  }
}
