// Plans, loads and runs a model over the ranks it is given. It knows neither tabs nor WebRTC: a rank is a RankPort, and every plan is
// an epoch. Whoever vanishes ends the running answer with a clear error; the room then plans again without it. Whoever only loses its
// GPU loads its share again, and the answer goes on under a new epoch.
import { Emitter } from '../base/emitter.ts'
import { abortError, type ErrorData, fromErrorData, toErrorData } from '../base/errors.ts'
import type { WireFormat } from '../collective/collective.ts'
import type { ShardPlan } from '../plan/shard-plan.ts'
import { type CoordinatorOptions, wireOf } from './coordinator-options.ts'
import type { EncodeRequest, Encoding } from './encoding.ts'
import type { Engine, InferRequest, InferResult, ModelSource, OpenedModel } from './engine-protocol.ts'
import { createTurns } from './in-turn.ts'
import { loadPlan } from './load-plan.ts'
import { nextPlan } from './next-plan.ts'
import type { RankPort, RankStatus } from './rank-port.ts'
import { figuresOf, RecentSteps, type StepFigures } from './recent-steps.ts'
import { Roster } from './roster.ts'
import { loadingState, readyModel, type SessionState } from './session-state.ts'
import type { AnswerPiece } from './token-record.ts'
import { unlessAborted } from './unless-aborted.ts'

export class MobileTensorParallelismCoordinator extends Emitter<{ change: undefined }> {
  readonly #engine: Engine
  readonly #roster: Roster
  /** As given; in `#loadOptions` with the weights that the last model was asked for in. */
  readonly #options: CoordinatorOptions
  #loadOptions: CoordinatorOptions
  #state: SessionState = { kind: 'lobby' }
  #plan: ShardPlan | null = null
  #model: OpenedModel | null = null
  #epoch = 0
  #chosen: readonly string[] | null = null
  readonly #inTurn = createTurns()
  /** Ends the running answer from outside, with the reason. */
  #answering: AbortController | null = null
  /** The broken answer's device loads again, and the answer goes on after it. */
  #goesOn = false
  /** `cancelLoad` was called during the running load. */
  #cancelled = false
  readonly #recent = new RecentSteps()

  /** `leader` is the rank that `engine` computes; both stay the caller's to close. */
  constructor(engine: Engine, leader: RankPort, options: CoordinatorOptions) {
    super()
    this.#engine = engine
    this.#roster = new Roster(leader, () => this.emit('change', undefined))
    this.#options = options
    this.#loadOptions = options
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

  /** What the last tokens took. */
  get steps(): readonly StepFigures[] {
    return this.#recent.steps
  }

  /** Who would take part if a model was loaded now, the leader first. */
  get candidates(): RankPort[] {
    return this.#roster.candidates(this.#options)
  }

  get wire(): WireFormat {
    return wireOf(this.#loadOptions)
  }

  status(deviceId: string): RankStatus {
    return this.#roster.status(deviceId)
  }

  /** A device that can take a share; a room with a model plans again. */
  addMember(port: RankPort): void {
    const { deviceId } = port.profile
    this.#roster.add(port)
    port.onFailed = (error) => {
      if (!this.#roster.has(port)) return
      if (!this.#mayLoadAgain(deviceId, error)) this.#roster.fail(deviceId, error)
      this.#onMemberGone(deviceId, error)
    }
    void this.#inTurn(() => this.#catchUp())
  }

  /** The device is gone. A running answer that needs it ends with `error`. */
  removeMember(deviceId: string, error: ErrorData): void {
    if (this.#roster.remove(deviceId)) this.#onMemberGone(deviceId, error)
  }

  /** The device takes no share of the next plan, or one again; a running answer goes on with it. */
  setPaused(deviceId: string, paused: boolean): void {
    this.#roster.setPaused(deviceId, paused)
    void this.#inTurn(() => this.#catchUp())
  }

  /** Opens a model and loads it over all ranks, or those of `deviceIds`. Resolves when an answer can be asked for. */
  loadModel(source: ModelSource, deviceIds: readonly string[] | null = null, weights = this.#options.weights) {
    return this.#inTurn(async () => {
      this.#set({ kind: 'loading', modelId: source.modelId })
      try {
        this.#forgetModel()
        this.#chosen = deviceIds
        this.#loadOptions = { ...this.#options, weights }
        this.#model = await this.#engine.openModel(source)
        return await this.#loadShards(this.#model)
      } catch (error) {
        this.#afterBrokenLoad(toErrorData(error))
        throw error
      }
    })
  }

  /** Lets the running load fetch nothing more, or go on; what is under way still arrives. */
  holdLoad(held: boolean): void {
    if (this.#state.kind !== 'loading' || held === (this.#state.paused ?? false)) return
    for (const port of this.#roster.all) port.hold(held)
    this.#set(loadingState(this.#state.modelId, held))
  }

  /** The room goes on without the member until a model is loaded again; it stays connected. */
  leaveOut(deviceId: string): void {
    this.#onMemberGone(deviceId, this.#roster.leaveOut(deviceId))
  }

  /** Ends a running load, and the room has no model; what was downloaded stays cached. */
  cancelLoad(): void {
    if (!['loading', 'recovering'].includes(this.#state.kind)) return
    this.#cancelled = true
    for (const port of this.#roster.all) port.cancel()
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
  infer(request: InferRequest, onPiece: (piece: AnswerPiece) => void, signal?: AbortSignal): Promise<InferResult> {
    const heard = (piece: AnswerPiece) => {
      this.#recent.add(figuresOf(piece.tokens, this.#plan))
      onPiece(piece)
    }
    const begin = () => this.#engine.infer(request, heard)
    return this.#run(begin, () => this.#engine.goOn(heard), signal)
  }

  /** As `infer`, for models that embed text; aborting rejects. */
  encode(request: EncodeRequest, signal?: AbortSignal): Promise<Encoding[]> {
    const begin = () => this.#engine.encode(request)
    return this.#run(begin, begin, signal)
  }

  /** `goOn`: what follows where a GPU was lost and its device has loaded again. */
  #run<Result>(begin: () => Promise<Result>, goOn: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#inTurn(async () => {
      if (this.#state.kind === 'recovering') await this.#catchUp()
      for (let work = begin; ; work = goOn) {
        const modelId = readyModel(this.#state)
        try {
          return await this.#answer(work, modelId, signal)
        } catch (error) {
          if (!this.#goesOn) throw error
          await this.#catchUp()
        }
      }
    })
  }

  async #answer<Result>(work: () => Promise<Result>, modelId: string, signal?: AbortSignal): Promise<Result> {
    this.#goesOn = false
    this.#answering = new AbortController()
    const { signal: interruption } = this.#answering
    const cancel = () => this.#engine.cancel()
    try {
      this.#set({ kind: 'generating', modelId })
      const answer = work()
      signal?.addEventListener('abort', cancel, { once: true })
      if (signal?.aborted) cancel()
      const result = await unlessAborted(answer, interruption)
      await this.#roster.rememberPeaks()
      if (interruption.aborted) this.#recover(modelId, toErrorData(interruption.reason))
      else this.#set({ kind: 'ready', modelId })
      return result
    } catch (error) {
      if (interruption.aborted) cancel()
      this.#afterBrokenAnswer(modelId, toErrorData(error), interruption.aborted)
      throw fromErrorData(this.#roster.named(toErrorData(error)))
    } finally {
      this.#answering = null
      signal?.removeEventListener('abort', cancel)
    }
  }

  /** While its share is wanted: what a lost GPU or stopped kernels held can be loaded again, and nothing else is lost. */
  #mayLoadAgain(deviceId: string, { code, rank }: ErrorData): boolean {
    const { kind } = this.#state
    if (rank !== undefined || (kind !== 'ready' && kind !== 'generating')) return false
    if (!this.#plan?.deviceIds.includes(deviceId) || !this.#roster.mayLoseExecutor(deviceId, code)) return false
    this.#goesOn = kind === 'generating'
    return true
  }

  /** A refused or stopped request leaves the epoch whole; anything else may have left ranks in the middle of a step, and one of them to blame. */
  #afterBrokenAnswer(modelId: string, error: ErrorData, interrupted: boolean): void {
    if (!interrupted) this.#mayLoadAgain(this.#roster.leader.profile.deviceId, error)
    const culprit = error.rank ? this.#plan?.deviceIds[error.rank] : undefined
    if (!interrupted && culprit === undefined && (error.code === 'bad-input' || error.code === 'aborted')) {
      this.#set({ kind: 'ready', modelId })
      return
    }
    if (culprit !== undefined) this.#roster.fail(culprit, error)
    this.#recover(modelId, error)
  }

  #afterBrokenLoad(error: ErrorData): void {
    this.#cancelled = false
    if (error.code === 'aborted') this.#forgetModel()
    this.#set(error.code === 'aborted' ? { kind: 'lobby' } : { kind: 'failed', error })
  }

  #forgetModel(): void {
    this.#model = null
    this.#plan = null
    this.#roster.forgetAll()
  }

  #onMemberGone(deviceId: string, error: ErrorData): void {
    if (!this.#model || !this.#plan?.deviceIds.includes(deviceId)) return
    if (this.#state.kind === 'generating') this.#answering?.abort(fromErrorData(this.#roster.named(error)))
    else if (this.#state.kind === 'ready') this.#recover(this.#model.modelId, error)
  }

  #recover(modelId: string, error: ErrorData): void {
    this.#set({ kind: 'recovering', modelId, error: this.#roster.named(error) })
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
    return this.#roster.participants(this.#options, this.#chosen)
  }

  /** Plans and loads; who cannot is left out, and the rest is planned anew. */
  async #loadShards(opened: OpenedModel): Promise<ShardPlan> {
    const isCancelled = () => this.#cancelled
    let model = opened
    for (;;) {
      const participants = this.#participants()
      // Once named, the leader's engine knows its files by these names, also when it is alone again.
      if (participants.length > 1) model = { ...model, manifest: await this.#engine.nameFiles() }
      if (isCancelled()) throw abortError('Loading was stopped.')
      this.#model = model
      this.holdLoad(false)
      const planned = nextPlan(model, participants, ++this.#epoch, this.#loadOptions, this.#plan)
      this.#plan = planned.plan
      const load = { ...planned, model, participants, roster: this.#roster, wire: this.wire, isCancelled }
      if (!(await loadPlan(load))) continue
      this.#cancelled = false
      this.#set({ kind: 'ready', modelId: model.modelId })
      return planned.plan
    }
  }

  #set(state: SessionState): void {
    this.#state = state
    this.emit('change', undefined)
  }
}
