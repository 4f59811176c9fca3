// Plans, loads and runs a model over the ranks it is given. It knows neither tabs nor WebRTC: a rank is a RankPort, and every plan is
// an epoch. Whoever vanishes ends the running answer with a clear error; the room then plans again without it.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, fromErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { WireFormat } from '../collective/collective.ts'
import { sparedOnBattery } from '../device/battery.ts'
import { type ShardPlan, shardOf, type Topology } from '../plan/shard-plan.ts'
import { MobileAdaptiveTensorSplitter } from '../plan/splitter.ts'
import type { WeightWish } from '../weights/convert.ts'
import type { Engine, InferRequest, InferResult, LoadReport, ModelSource, OpenedModel } from './engine-protocol.ts'
import type { RankPort } from './rank-port.ts'
import type { LoadProgress, SessionState } from './session-state.ts'

export interface CoordinatorOptions {
  /** Spare devices that run on a low battery. */
  batteryOptimization: boolean
  /** Ranks of one plan at most; later devices wait until one leaves. */
  maxDevices: number
  weights: WeightWish
  /** `auto`: f32 with `weights: 'f32'`, else f16. */
  wire: WireFormat | 'auto'
  topology: Topology | 'auto'
  /** Positions of the KV cache; the model's own limit cuts it. */
  contextLength: number
  /** One positive integer per rank; null: by measured speed. */
  shares: readonly number[] | null
}

/** What a device holds now, or is about to. */
export interface RankStatus {
  progress: LoadProgress | null
  report: LoadReport | null
  /** Why its last load or step failed; it is left out of plans until the model is loaded again. */
  error: ErrorData | null
}

const nothingYet: RankStatus = { progress: null, report: null, error: null }

export class MobileTensorParallelismCoordinator extends Emitter<{ change: undefined }> {
  readonly #engine: Engine
  readonly #leader: RankPort
  readonly #options: CoordinatorOptions
  readonly #members = new Map<string, RankPort>()
  readonly #status = new Map<string, RankStatus>()
  readonly #splitter = new MobileAdaptiveTensorSplitter()
  #state: SessionState = { kind: 'lobby' }
  #plan: ShardPlan | null = null
  #model: OpenedModel | null = null
  #epoch = 0
  #chosen: readonly string[] | null = null
  #queue: Promise<unknown> = Promise.resolve()
  /** Ends the running answer from outside. */
  #interrupt: ((error: HeadroomError) => void) | null = null

  /** `leader` is the rank that `engine` computes; both stay the caller's to close. */
  constructor(engine: Engine, leader: RankPort, options: CoordinatorOptions) {
    super()
    this.#engine = engine
    this.#leader = leader
    this.#options = options
  }

  get state(): SessionState {
    return this.#state
  }

  get plan(): ShardPlan | null {
    return this.#plan
  }

  get model(): OpenedModel | null {
    return this.#model
  }

  get wire(): WireFormat {
    const { wire, weights } = this.#options
    if (wire !== 'auto') return wire
    return weights === 'f32' ? 'f32' : 'f16'
  }

  status(deviceId: string): RankStatus {
    return this.#status.get(deviceId) ?? nothingYet
  }

  /** A device that can take a share; a room with a model plans again. */
  addMember(port: RankPort): void {
    const { deviceId } = port.profile
    this.#members.set(deviceId, port)
    this.#status.delete(deviceId)
    port.onFailed = (error) => {
      this.#update(deviceId, { error })
      this.#onMemberGone(deviceId, error)
    }
    this.emit('change', undefined)
    this.#planAgain()
  }

  /** The device is gone. A running answer that needs it ends with `error`. */
  removeMember(deviceId: string, error: ErrorData): void {
    if (!this.#members.delete(deviceId)) return
    this.#status.delete(deviceId)
    this.emit('change', undefined)
    this.#onMemberGone(deviceId, error)
  }

  /** Opens a model and loads it over all ranks, or those of `deviceIds`. Resolves when an answer can be asked for. */
  loadModel(source: ModelSource, deviceIds: readonly string[] | null = null): Promise<ShardPlan> {
    return this.#inTurn(async () => {
      this.#set({ kind: 'loading', modelId: source.modelId })
      try {
        this.#model = null
        this.#plan = null
        this.#chosen = deviceIds
        this.#status.clear()
        this.#model = await this.#engine.openModel(source, this.#options.weights)
        return await this.#loadShards(this.#model)
      } catch (error) {
        const data = toErrorData(error)
        this.#set(data.code === 'aborted' ? { kind: 'lobby' } : { kind: 'failed', error: data })
        throw error
      }
    })
  }

  /** Ends a running load; what was downloaded stays cached. */
  cancelLoad(): void {
    if (this.#state.kind !== 'loading') return
    for (const port of [this.#leader, ...this.#members.values()]) port.cancel()
  }

  /** Runs one request on the loaded model; requests wait for one another. Aborting resolves with what there is. */
  infer(request: InferRequest, onText: (text: string) => void, signal?: AbortSignal): Promise<InferResult> {
    return this.#inTurn(async () => {
      if (this.#state.kind !== 'ready')
        throw new HeadroomError('bad-input', 'No model is loaded. Choose a model and load it first.')
      const { modelId } = this.#state
      const interrupted = new Promise<never>((_, reject) => {
        this.#interrupt = reject
      })
      const cancel = () => this.#engine.cancel()
      this.#set({ kind: 'generating', modelId })
      try {
        const answer = this.#engine.infer(request, onText)
        signal?.addEventListener('abort', cancel, { once: true })
        if (signal?.aborted) cancel()
        const result = await Promise.race([answer, interrupted])
        this.#set({ kind: 'ready', modelId })
        return result
      } catch (error) {
        this.#afterBrokenAnswer(modelId, toErrorData(error))
        throw error
      } finally {
        this.#interrupt = null
        signal?.removeEventListener('abort', cancel)
      }
    })
  }

  /** A refused request leaves the epoch whole; anything else may have left ranks in the middle of a step, and one of them to blame. */
  #afterBrokenAnswer(modelId: string, error: ErrorData): void {
    if (error.code === 'bad-input') {
      this.#set({ kind: 'ready', modelId })
      return
    }
    const culprit = error.rank ? this.#plan?.deviceIds[error.rank] : undefined
    if (culprit !== undefined) this.#update(culprit, { error })
    this.#set({ kind: 'recovering', modelId, error })
    this.#planAgain()
  }

  #onMemberGone(deviceId: string, error: ErrorData): void {
    if (!this.#model || !this.#plan?.deviceIds.includes(deviceId)) return
    if (this.#state.kind === 'generating') this.#interrupt?.(fromErrorData(error))
    else if (this.#state.kind === 'ready') {
      this.#set({ kind: 'recovering', modelId: this.#model.modelId, error })
      this.#planAgain()
    }
  }

  /** Plans again after membership changed; nothing happens while no model is open. */
  #planAgain(): void {
    const again = this.#inTurn(async () => {
      const model = this.#model
      if (!model || !this.#isStale()) return
      if (this.#state.kind !== 'recovering') this.#set({ kind: 'loading', modelId: model.modelId })
      await this.#loadShards(model)
    })
    again.catch((error) => this.#set({ kind: 'failed', error: toErrorData(error) }))
  }

  #isStale(): boolean {
    const wanted = this.#participants().map(({ profile }) => profile.deviceId)
    return this.#state.kind !== 'ready' || wanted.join() !== this.#plan?.deviceIds.join()
  }

  /** Who takes part in the next plan, the leader first. A file opened on the leader's device cannot be read by others. */
  #participants(): RankPort[] {
    const { topology, maxDevices } = this.#options
    const alone = topology === 'solo' || this.#model?.manifest.sources.some(({ kind }) => kind === 'local')
    if (alone) return [this.#leader]
    const members = [...this.#members.values()].filter(({ profile: { deviceId } }) => {
      return (this.#chosen?.includes(deviceId) ?? true) && this.status(deviceId).error === null
    })
    return [this.#leader, ...members].slice(0, maxDevices)
  }

  /** One epoch: plan, load everywhere at once, start everywhere. Who cannot is left out, and the rest is planned anew. */
  async #loadShards(model: OpenedModel): Promise<ShardPlan> {
    const participants = this.#participants()
    const plan = this.#planFor(model, participants)
    this.#plan = plan
    for (const { profile } of participants) this.#update(profile.deviceId, nothingYet)
    const load = (port: RankPort, rank: number) => this.#loadRank(model, plan, port, rank)
    const start = (port: RankPort, rank: number) => this.#startRank(plan, port, rank)
    const members = participants.slice(1)
    const loads = await Promise.all(participants.map((port, rank) => attempt(() => load(port, rank))))
    if (loads.some((error) => error?.code === 'aborted'))
      throw fromErrorData({ code: 'aborted', message: 'Loading was stopped.' })
    if (loads[0]) throw fromErrorData(loads[0])
    const ready = !loads.some(Boolean)
    const starts = ready ? await Promise.all(members.map((port, i) => attempt(() => start(port, i + 1)))) : []
    const gone = members.some((port) => this.#members.get(port.profile.deviceId) !== port)
    if (gone || [...loads, ...starts].some(Boolean)) return this.#loadShards(model)
    await start(this.#leader, 0)
    this.#set({ kind: 'ready', modelId: model.modelId })
    return plan
  }

  async #loadRank({ manifest, modelId }: OpenedModel, plan: ShardPlan, port: RankPort, rank: number): Promise<void> {
    const { deviceId } = port.profile
    const request = { modelName: modelId, manifest, shard: shardOf(plan, rank), weights: this.#options.weights }
    try {
      const report = await port.load(request, (progress) => this.#update(deviceId, { progress }))
      this.#update(deviceId, { report })
    } catch (error) {
      if (rank > 0) this.#update(deviceId, { error: toErrorData(error) })
      throw error
    }
  }

  async #startRank(plan: ShardPlan, port: RankPort, rank: number): Promise<void> {
    const { deviceIds, vocabulary } = plan
    try {
      await port.start({ shard: shardOf(plan, rank), deviceIds, vocabulary, wire: this.wire })
    } catch (error) {
      if (rank > 0) this.#update(port.profile.deviceId, { error: toErrorData(error) })
      throw error
    }
  }

  #planFor({ modelId, config, formats }: OpenedModel, participants: readonly RankPort[]): ShardPlan {
    const { shares, contextLength, batteryOptimization } = this.#options
    const profiles = participants.map(({ profile }) => (batteryOptimization ? sparedOnBattery(profile) : profile))
    const length = Math.min(contextLength, config.contextLength)
    const options = { modelId, epoch: ++this.#epoch, formats, contextLength: length, shares: shares ?? undefined }
    return this.#splitter.split(config, profiles, options)
  }

  #update(deviceId: string, change: Partial<RankStatus>): void {
    this.#status.set(deviceId, { ...this.status(deviceId), ...change })
    this.emit('change', undefined)
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(task, task)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  #set(state: SessionState): void {
    this.#state = state
    this.emit('change', undefined)
  }
}

/** The error of a task, or null when it succeeded. */
async function attempt(task: () => Promise<void>): Promise<ErrorData | null> {
  try {
    await task()
    return null
  } catch (error) {
    return toErrorData(error)
  }
}
