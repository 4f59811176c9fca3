// Two executors that hold the same shard, each for the phase in which it is the faster: steps of many tokens (prompts) run on the one,
// steps of few (answers) on the other. Before a step begins on one of them, keys and values of the positions that only the other has are
// moved, once for as many as there are, so that a turn moves its question one way and, with the next question, its answer the other.
import { HeadroomError } from '../../base/errors.ts'
import { isEmpty, type Range, range } from '../../base/ranges.ts'
import type { HeadRequest, HeadResult } from '../../model/sampling.ts'
import { movedCount } from '../cache-runs.ts'
import { type CachedPositions, cachedPositions } from '../cached-positions.ts'
import {
  advance,
  type DeviceWork,
  type Executor,
  type ExecutorMemory,
  type ExecutorSetup,
  type State,
  type Step,
} from '../executor.ts'

/** Executors whose caches can be read and written. */
export interface Halves {
  prefill: MovableExecutor
  decode: MovableExecutor
}

export type MovableExecutor = Executor & Required<Pick<Executor, 'cache'>>

/** Numbers moved at once: 4 MiB. */
const movedAtOnce = 2 ** 20

interface PhasedState extends State {
  half: MovableExecutor
  /** null until what the step leans on is moved. */
  inner: State | null
  /** The step's own input until then. */
  embedded: Float32Array | null
}

export class PhasedExecutor implements Executor {
  readonly #halves: Halves
  readonly #promptTokens: number
  readonly #setup: Pick<ExecutorSetup, 'config' | 'shard'>
  readonly #positions: CachedPositions
  /** Where the last step ran: it holds all positions. */
  #latest: MovableExecutor
  /** The other one holds those below. */
  #sharedEnd = 0
  #current: PhasedState | null = null

  /** Takes over both. Steps of `promptTokens` tokens and more are prompts. */
  constructor(halves: Halves, promptTokens: number, setup: Pick<ExecutorSetup, 'config' | 'shard'>) {
    this.#halves = halves
    this.#promptTokens = promptTokens
    this.#setup = setup
    this.#positions = cachedPositions(setup.config, setup.shard.contextLength)
    this.#latest = halves.decode
  }

  /** What answers are written on. */
  get kind() {
    return this.#halves.decode.kind
  }

  /** Of both; their high-water marks need not have been at the same time. */
  get memory(): ExecutorMemory {
    const [a, b] = [this.#halves.prefill.memory, this.#halves.decode.memory]
    return {
      weightBytes: a.weightBytes + b.weightBytes,
      kvBytes: a.kvBytes + b.kvBytes,
      peakBytes: a.peakBytes + b.peakBytes,
    }
  }

  /** Of both, moves included. */
  get work(): DeviceWork | undefined {
    const { prefill, decode } = this.#halves
    return prefill.work && decode.work ? workOfBoth(prefill.work, decode.work) : (prefill.work ?? decode.work)
  }

  embed(step: Step): Float32Array {
    return this.#halves.decode.embed(step)
  }

  begin(step: Step, embedded: Float32Array): State {
    this.#positions.begin(step)
    const tokenCount = step.positions.length
    const half = tokenCount >= this.#promptTokens ? this.#halves.prefill : this.#halves.decode
    const state: PhasedState = { step, tokenCount, half, inner: null, embedded: null }
    if (isEmpty(this.#missing(state))) this.#enter(state, embedded)
    else state.embedded = embedded.slice()
    this.#current = state
    return state
  }

  async partial(state: State, index: number): Promise<Float32Array> {
    const { half, inner } = await this.#entered(state)
    return half.partial(inner, index)
  }

  join(state: State, index: number, sum: Float32Array): void {
    const { half, inner } = this.#own(state)
    if (!inner) throw new HeadroomError('internal', `Sublayer ${index} is joined before its partial was asked for.`)
    half.join(inner, index, sum)
  }

  async advance(state: State, from: number, to: number): Promise<void> {
    const { half, inner } = await this.#entered(state)
    await advance(half, inner, from, to)
  }

  async head(state: State, request: HeadRequest): Promise<HeadResult> {
    const { half, inner } = await this.#entered(state)
    return half.head(inner, request)
  }

  async readHidden(state: State): Promise<Float32Array> {
    const { half, inner } = await this.#entered(state)
    return half.readHidden(inner)
  }

  close(): void {
    this.#halves.prefill.close()
    this.#halves.decode.close()
  }

  /** The state, which must be the last one begun: what it leans on was moved for it alone. */
  #own(state: State): PhasedState {
    if (state === this.#current) return this.#current
    throw new HeadroomError('internal', 'This step was followed by another; its state is gone.')
  }

  /** Positions that the step leans on and its half does not hold. */
  #missing({ half, step }: PhasedState): Range {
    const end = half === this.#latest ? 0 : step.pastLength
    return range(Math.max(this.#sharedEnd, this.#positions.held.start), end)
  }

  async #entered(state: State): Promise<{ half: MovableExecutor; inner: State }> {
    const mine = this.#own(state)
    const { half, embedded } = mine
    if (mine.inner) return { half, inner: mine.inner }
    await this.#move(this.#missing(mine), this.#latest, half)
    this.#own(state)
    mine.embedded = null
    return { half, inner: this.#enter(mine, embedded!) }
  }

  #enter(state: PhasedState, embedded: Float32Array): State {
    const { half, step } = state
    this.#sharedEnd = half === this.#latest ? Math.min(this.#sharedEnd, step.pastLength) : step.pastLength
    this.#latest = half
    state.inner = half.begin(step, embedded)
    return state.inner
  }

  async #move({ start, end }: Range, from: MovableExecutor, to: MovableExecutor): Promise<void> {
    const { config, shard } = this.#setup
    const most = Math.max(1, Math.floor(movedAtOnce / movedCount(config, shard, 1)))
    for (let next = start; next < end; next += most) {
      const part = range(next, Math.min(end, next + most))
      to.cache.write(part, await from.cache.read(part))
    }
  }
}

function workOfBoth(a: DeviceWork, b: DeviceWork): DeviceWork {
  return {
    dispatches: a.dispatches + b.dispatches,
    submits: a.submits + b.submits,
    readbacks: a.readbacks + b.readbacks,
    uploadedBytes: a.uploadedBytes + b.uploadedBytes,
    readBytes: a.readBytes + b.readBytes,
  }
}
