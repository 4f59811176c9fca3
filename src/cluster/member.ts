// A guest that computes: it does what the leader orders with its own engine, and says how it goes.
import { Emitter } from '../base/emitter.ts'
import { type ErrorData, toErrorData } from '../base/errors.ts'
import type { ServedToken } from '../engine/member.ts'
import type { Shard } from '../plan/shard-plan.ts'
import type { ModelManifest } from '../weights/manifest.ts'
import { fitting, type LeaderMessage, type MemberMessage, maxNotices } from './control-protocol.ts'
import type { LoadReport } from './engine-protocol.ts'
import type { OwnDevice } from './own-device.ts'
import { computeWish } from './rank-port.ts'
import { ownFigures, RecentSteps, type ServedTotal, type StepFigures } from './recent-steps.ts'
import { type LoadProgress, loadingState, type SessionState } from './session-state.ts'

export interface MemberOptions {
  device: OwnDevice
  /** Where this device reaches the mirror. */
  baseUrl: string
  /** The device that this one works for. */
  leaderId: string
  /** Never throws: without a connection there is nobody to tell. */
  send(message: MemberMessage): void
}

/** Call `receive` with everything the leader sends; what is no order to a computing device is left alone. */
export class Member extends Emitter<{ change: undefined }> {
  state: SessionState = { kind: 'lobby' }
  modelName: string | null = null
  shard: Shard | null = null
  progress: LoadProgress | null = null
  report: LoadReport | null = null
  readonly #options: MemberOptions
  readonly #recent = new RecentSteps()

  constructor(options: MemberOptions) {
    super()
    this.#options = options
  }

  /** What the last tokens took of this device. */
  get steps(): readonly StepFigures[] {
    return this.#recent.steps
  }

  get served(): ServedTotal {
    return this.#recent.total
  }

  receive(message: LeaderMessage): void {
    switch (message.kind) {
      case 'load':
        void this.#answer(message.shard.epoch, () => this.#load(message))
        break
      case 'start':
        void this.#answer(message.shard.epoch, () => this.#start(message))
        break
      case 'survey':
        void this.#survey()
        break
      case 'survey-stop':
        this.#options.device.stopSurvey()
        break
      case 'memory':
        void this.#tellMemory()
        break
      case 'room':
        if (this.state.kind === 'ready' || this.state.kind === 'generating')
          this.#set({ kind: message.state.kind === 'generating' ? 'generating' : 'ready', modelId: this.state.modelId })
        break
      case 'rest':
        this.#rest()
        break
      case 'hold-load':
        this.#hold(message.held)
        break
      case 'cancel':
      case 'removed':
      case 'ended':
        this.#options.device.engine.cancel()
        break
      default:
        break
    }
  }

  /** Gives back what the share took. */
  #rest(): void {
    this.#options.device.engine.unload()
    this.#forget()
  }

  #forget(): void {
    Object.assign(this, { modelName: null, shard: null, progress: null, report: null })
    this.#set({ kind: 'lobby' })
  }

  async #tellMemory(): Promise<void> {
    const { device, send } = this.#options
    try {
      send({ kind: 'memory', peakMemoryBytes: await device.engine.peakMemoryBytes() })
    } catch (error) {
      send({ kind: 'failed', epoch: this.shard?.epoch ?? 0, error: fitting(toErrorData(error)) })
    }
  }

  async #load({ modelName, manifest, shard, weights, ...plan }: LeaderMessage & { kind: 'load' }): Promise<void> {
    const { device, baseUrl, leaderId, send } = this.#options
    Object.assign(this, { modelName, shard, progress: null, report: null })
    this.#set({ kind: 'loading', modelId: modelName })
    const onProgress = (progress: LoadProgress) => {
      this.progress = progress
      this.emit('change', undefined)
      send({ kind: 'progress', epoch: shard.epoch, progress })
    }
    device.computeOn(plan)
    // The engine parses the manifest before it believes any of it.
    const report = await device.engine.load(
      { manifest: manifest as ModelManifest, shard, weights, ...computeWish(device.profile), baseUrl, leaderId },
      onProgress,
    )
    if (report.turnedTo) device.turnTo(report.turnedTo)
    this.report = report
    this.emit('change', undefined)
    const notices = report.notices.slice(0, maxNotices).map(fitting)
    send({ kind: 'loaded', epoch: shard.epoch, report: { ...report, notices } })
  }

  #hold(held: boolean): void {
    this.#options.device.engine.holdLoad(held)
    if (this.state.kind === 'loading') this.#set(loadingState(this.state.modelId, held))
  }

  async #start({ shard, deviceIds, vocabulary, wire }: LeaderMessage & { kind: 'start' }): Promise<void> {
    const { device, send } = this.#options
    let stopped = false
    const onServed = (tokens: ServedToken[]) =>
      this.#recent.add(tokens.map((served) => ownFigures(device.profile.deviceId, served)))
    const onStopped = (error: ErrorData) => {
      if (this.shard?.epoch !== shard.epoch) return
      stopped = true
      this.#set({ kind: 'recovering', modelId: this.modelName ?? '', error })
      send({ kind: 'failed', epoch: shard.epoch, error: fitting(error) })
    }
    await device.engine.start({ shard, deviceIds, vocabulary, wire }, onStopped, onServed)
    if (stopped) return
    this.#set({ kind: 'ready', modelId: this.modelName ?? '' })
    send({ kind: 'started', epoch: shard.epoch })
  }

  async #survey(): Promise<void> {
    const { device, send } = this.#options
    await device.survey()
    send({ kind: 'surveyed', otherExecutors: device.profile.otherExecutors })
  }

  /** What goes wrong is told to the leader; what a newer order replaced is nobody's failure. */
  async #answer(epoch: number, task: () => Promise<void>): Promise<void> {
    this.#options.device.stopSurvey()
    try {
      await task()
    } catch (thrown) {
      if (this.shard?.epoch !== epoch) return
      const error = toErrorData(thrown)
      if (error.code === 'aborted') this.#forget()
      else this.#set({ kind: 'failed', error })
      this.#options.send({ kind: 'failed', epoch, error: fitting(error) })
    }
  }

  #set(state: SessionState): void {
    this.state = state
    this.emit('change', undefined)
  }
}
