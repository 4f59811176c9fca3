// Plans, loads and runs a model over the ranks it is given. It knows neither tabs nor WebRTC: a rank is a RankPort, and every plan is
// an epoch. Whoever vanishes ends the running answer with a clear error; the room then plans again without it.
import { Emitter } from '../base/emitter.ts'
import { abortError, type ErrorData, fromErrorData, HeadroomError, toErrorData } from '../base/errors.ts'
import type { WireFormat } from '../collective/collective.ts'
import { type ShardPlan, shardOf } from '../plan/shard-plan.ts'
import { type CoordinatorOptions, wireOf } from './coordinator-options.ts'
import type { EncodeRequest, Encoding } from './encoding.ts'
import type { Engine, InferRequest, InferResult, ModelSource, OpenedModel } from './engine-protocol.ts'
import { planRoom } from './plan-room.ts'
import { type RankLoad, type RankPort, type RankStatus, rememberPeaks } from './rank-port.ts'
import type { SessionState } from './session-state.ts'
import { unlessAborted } from './unless-aborted.ts'

const nothingYet: RankStatus = { progress: null, report: null, error: null }

export class MobileTensorParallelismCoordinator extends Emitter<{ change: undefined }> {
  readonly #engine: Engine
  readonly #leader: RankPort
  readonly #options: CoordinatorOptions
  readonly #members = new Map<string, RankPort>()
  readonly #status = new Map<string, RankStatus>()
  #state: SessionState = { kind: 'lobby' }
  #plan: ShardPlan | null = null
  #model: OpenedModel | null = null
  #epoch = 0
  #chosen: readonly string[] | null = null
  #queue: Promise<unknown> = Promise.resolve()
  /** Ends the running answer from outside, with the reason. */
  #answering: AbortController | null = null
  /** `cancelLoad` was called during the running load. */
  #cancelled = false

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
    return wireOf(this.#options)
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
      if (this.#members.get(deviceId) !== port) return
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
        this.#forgetModel()
        this.#chosen = deviceIds
        this.#model = await this.#engine.openModel(source)
        return await this.#loadShards(this.#model)
      } catch (error) {
        this.#afterBrokenLoad(toErrorData(error))
        throw error
      }
    })
  }

  /** Ends a running load, and the room has no model; what was downloaded stays cached. */
  cancelLoad(): void {
    if (this.#state.kind !== 'loading' && this.#state.kind !== 'recovering') return
    this.#cancelled = true
    for (const port of [this.#leader, ...this.#members.values()]) port.cancel()
  }

  /** Ends what runs and forgets the model: nothing is planned before the next `loadModel`. */
  async unload(): Promise<void> {
    this.cancelLoad()
    this.#model = null
    this.#answering?.abort(abortError('The model was put away.'))
    await this.#inTurn(async () => {
      this.#engine.unload()
      this.#forgetModel()
      this.#set({ kind: 'lobby' })
    })
  }

  /** Runs one request on the loaded model; requests wait for one another. Aborting resolves with what there is. */
  infer(request: InferRequest, onText: (text: string) => void, signal?: AbortSignal): Promise<InferResult> {
    return this.#run(() => this.#engine.infer(request, onText), signal)
  }

  /** As `infer`, for models that embed text; aborting rejects. */
  encode(request: EncodeRequest, signal?: AbortSignal): Promise<Encoding[]> {
    return this.#run(() => this.#engine.encode(request), signal)
  }

  #run<Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    return this.#inTurn(async () => {
      if (this.#state.kind === 'recovering') await this.#catchUp()
      const modelId = this.#readyModel()
      this.#answering = new AbortController()
      const { signal: interruption } = this.#answering
      const cancel = () => this.#engine.cancel()
      try {
        this.#set({ kind: 'generating', modelId })
        const answer = work()
        signal?.addEventListener('abort', cancel, { once: true })
        if (signal?.aborted) cancel()
        const result = await unlessAborted(answer, interruption)
        await rememberPeaks([this.#leader, ...this.#members.values()], this.#status)
        this.#set({ kind: 'ready', modelId })
        return result
      } catch (error) {
        if (interruption.aborted) cancel()
        this.#afterBrokenAnswer(modelId, toErrorData(error), interruption.aborted)
        throw error
      } finally {
        this.#answering = null
        signal?.removeEventListener('abort', cancel)
      }
    })
  }

  #readyModel(): string {
    if (this.#state.kind === 'ready') return this.#state.modelId
    if (this.#state.kind === 'failed') throw fromErrorData(this.#state.error)
    throw new HeadroomError('bad-input', 'No model is loaded. Choose a model and load it first.')
  }

  /** A refused or stopped request leaves the epoch whole; anything else may have left ranks in the middle of a step, and one of them to blame. */
  #afterBrokenAnswer(modelId: string, error: ErrorData, interrupted: boolean): void {
    const culprit = error.rank ? this.#plan?.deviceIds[error.rank] : undefined
    if (!interrupted && culprit === undefined && (error.code === 'bad-input' || error.code === 'aborted')) {
      this.#set({ kind: 'ready', modelId })
      return
    }
    if (culprit !== undefined && this.#members.has(culprit)) this.#update(culprit, { error })
    this.#set({ kind: 'recovering', modelId, error })
    this.#planAgain()
  }

  #afterBrokenLoad(error: ErrorData): void {
    this.#cancelled = false
    if (error.code === 'aborted') this.#forgetModel()
    this.#set(error.code === 'aborted' ? { kind: 'lobby' } : { kind: 'failed', error })
  }

  #forgetModel(): void {
    this.#model = null
    this.#plan = null
    this.#status.clear()
  }

  #onMemberGone(deviceId: string, error: ErrorData): void {
    if (!this.#model || !this.#plan?.deviceIds.includes(deviceId)) return
    if (this.#state.kind === 'generating') this.#answering?.abort(fromErrorData(error))
    else if (this.#state.kind === 'ready') {
      this.#set({ kind: 'recovering', modelId: this.#model.modelId, error })
      this.#planAgain()
    }
  }

  #planAgain(): void {
    void this.#inTurn(() => this.#catchUp())
  }

  /** Plans again where membership has changed; nothing happens while no model is open. Never rejects: the state says how it went. */
  async #catchUp(): Promise<void> {
    const model = this.#model
    if (!model || !this.#isStale()) return
    if (this.#state.kind !== 'recovering') this.#set({ kind: 'loading', modelId: model.modelId })
    try {
      await this.#loadShards(model)
    } catch (error) {
      this.#afterBrokenLoad(toErrorData(error))
    }
  }

  #isStale(): boolean {
    const wanted = this.#participants().map(({ profile }) => profile.deviceId)
    return this.#state.kind !== 'ready' || wanted.join() !== this.#plan?.deviceIds.join()
  }

  /** Who takes part in the next plan, the leader first. */
  #participants(): RankPort[] {
    const { topology, maxDevices } = this.#options
    const isWilling = ({ profile: { deviceId } }: RankPort) =>
      (this.#chosen?.includes(deviceId) ?? true) && this.status(deviceId).error === null
    const members = topology === 'solo' ? [] : [...this.#members.values()].filter(isWilling)
    return [this.#leader, ...members].slice(0, maxDevices)
  }

  /** One epoch: plan, load everywhere at once, start everywhere. Who cannot is left out, and the rest is planned anew. */
  async #loadShards(opened: OpenedModel): Promise<ShardPlan> {
    const participants = this.#participants()
    const manifest = participants.length > 1 ? await this.#engine.nameFiles() : opened.manifest
    if (this.#cancelled) throw abortError('Loading was stopped.')
    const model = { ...opened, manifest }
    this.#model = model
    const { plan, weights } = planRoom(model, participants, ++this.#epoch, this.#options)
    this.#plan = plan
    for (const { profile } of participants) this.#update(profile.deviceId, nothingYet)
    const load = (port: RankPort, rank: number) => {
      const request = { modelName: model.modelId, manifest: model.manifest, shard: shardOf(plan, rank), weights }
      return this.#attempt(port, () => this.#loadRank(request, port))
    }
    const start = (port: RankPort, rank: number) => this.#attempt(port, () => this.#startRank(plan, port, rank))
    const [leader, ...members] = participants as [RankPort, ...RankPort[]]
    const isWhole = () => members.every((port) => this.#serves(port))

    const [failed] = await Promise.all(participants.map(load))
    if (this.#cancelled) throw abortError('Loading was stopped.')
    if (failed) throw fromErrorData(failed)
    if (isWhole()) await Promise.all(members.map((port, index) => start(port, index + 1)))
    const refused = isWhole() ? await start(leader, 0) : null
    if (!isWhole()) return this.#loadShards(model)
    if (refused) throw fromErrorData(refused)
    this.#cancelled = false
    this.#set({ kind: 'ready', modelId: model.modelId })
    return plan
  }

  /** A member that is still here and has not failed. */
  #serves(port: RankPort): boolean {
    const { deviceId } = port.profile
    return this.#members.get(deviceId) === port && this.status(deviceId).error === null
  }

  /** The error of a task of `port`, or null when it succeeded; a member keeps it in its status. */
  async #attempt(port: RankPort, task: () => Promise<void>): Promise<ErrorData | null> {
    try {
      await task()
      return null
    } catch (thrown) {
      const error = toErrorData(thrown)
      if (this.#members.get(port.profile.deviceId) === port) this.#update(port.profile.deviceId, { error })
      return error
    }
  }

  async #loadRank(request: RankLoad, port: RankPort): Promise<void> {
    const { deviceId } = port.profile
    const report = await port.load(request, (progress) => this.#update(deviceId, { progress }))
    this.#update(deviceId, { report })
  }

  async #startRank(plan: ShardPlan, port: RankPort, rank: number): Promise<void> {
    const { deviceIds, vocabulary } = plan
    await port.start({ shard: shardOf(plan, rank), deviceIds, vocabulary, wire: this.wire })
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
