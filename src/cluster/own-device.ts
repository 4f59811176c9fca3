// This tab's device: its engine worker, what it measured of itself, and the survey that completes it.
import { Emitter } from '../base/emitter.ts'
import { readBattery } from '../device/battery.ts'
import { comparedExecutors } from '../device/capability-assessor.ts'
import { deviceName } from '../device/device-name.ts'
import { isDoubtful, measuredExecutors, reconsidered } from '../device/executor-choice.ts'
import { browserSpeedStorage, recallSpeeds, rememberSpeeds, type SpeedStorage } from '../device/speed-memory.ts'
import { onHidden } from '../device/visibility.ts'
import {
  computingOn,
  type DeviceProfile,
  type ExecutorSpeed,
  type ExecutorTurn,
  type ExecutorWish,
  knownSpeeds,
} from '../plan/device-profile.ts'
import { type EngineClient, startEngine } from './engine-client.ts'
import type { ComputingDevice } from './rank-port.ts'
import { type SurveyEngine, surveyExecutor, unknownExecutors } from './survey.ts'
import type { SurveyedDevice } from './survey-turns.ts'
import { claimDeviceId } from './tab-memory.ts'

/** Starts the engine worker and measures the device, in under two seconds. Throws `no-executor`. */
export async function openDevice(options: { executor: ExecutorWish; threads: number }): Promise<OwnDevice> {
  const { userAgent, maxTouchPoints } = navigator
  const [deviceId, battery] = [await claimDeviceId(), await readBattery()]
  const remembered = recallSpeeds(browserSpeedStorage, userAgent)
  const engine = startEngine()
  try {
    const request = { ...options, deviceId, name: deviceName(userAgent), maxTouchPoints, battery, remembered }
    const profile = await engine.assess(request)
    return new OwnDevice(engine, profile, { startEngine, storage: browserSpeedStorage, userAgent })
  } catch (error) {
    engine.close()
    throw error
  }
}

/** This tab without an engine: for rooms where it only reads along. */
export async function watchingDevice(): Promise<{ deviceId: string; name: string; device: null }> {
  return { deviceId: await claimDeviceId(), name: deviceName(navigator.userAgent), device: null }
}

export interface SurveyMeans {
  startEngine(): SurveyEngine
  storage: SpeedStorage
  userAgent: string
}

export class OwnDevice extends Emitter<{ change: undefined }> implements SurveyedDevice, ComputingDevice {
  readonly engine: EngineClient
  readonly #means: SurveyMeans
  #profile: DeviceProfile
  #turn: { stop: AbortController; done: Promise<void> } | null = null

  /** Takes over `engine`; remembers what `profile` knows of speeds. */
  constructor(engine: EngineClient, profile: DeviceProfile, means: SurveyMeans) {
    super()
    this.engine = engine
    this.#profile = profile
    this.#means = means
    this.#remember(knownSpeeds(profile))
  }

  /** As measured at joining, or when it had to turn to another executor, with what the survey added: a new object after each `change`. */
  get profile(): DeviceProfile {
    return this.#profile
  }

  get deviceId(): string {
    return this.#profile.deviceId
  }

  get surveyed(): boolean {
    return unknownExecutors(this.#profile).length === 0
  }

  /** It lost what it computed on, or that refused its share. */
  turnTo(turn: ExecutorTurn): void {
    this.#set(computingOn(this.#profile, turn, turn.why))
    this.#remember(knownSpeeds(this.#profile).slice(0, 1))
  }

  takeOver(): void {
    this.#set(reconsidered(this.#profile))
  }

  /** What a plan counts with, where this device has it measured and has not turned from it meanwhile. */
  computeOn({ executor, pair }: Pick<DeviceProfile, 'executor' | 'pair'>): void {
    const use = measuredExecutors(knownSpeeds(this.#profile)).find((speed) => speed.executor === executor)
    if (!use || this.#profile.forced) return
    this.#set({ ...computingOn(this.#profile, use), ...(pair && { pair }) })
  }

  /** Measures the executors not in use, as long as the page is seen and nobody calls `stopSurvey`. */
  survey(): Promise<void> {
    this.#turn ??= this.#beginTurn()
    return this.#turn.done
  }

  /** Ends the running measurement at once and throws it away. */
  stopSurvey(): void {
    this.#turn?.stop.abort()
    this.#turn = null
  }

  close(): void {
    this.stopSurvey()
    this.engine.close()
    this.clear()
  }

  #beginTurn() {
    const stop = new AbortController()
    const release = onHidden(() => stop.abort())
    const done = this.#measureUnknown(stop.signal).finally(() => {
      release()
      if (this.#turn?.stop === stop) this.#turn = null
    })
    return { stop, done }
  }

  async #measureUnknown(signal: AbortSignal): Promise<void> {
    const { startEngine, storage, userAgent } = this.#means
    const { threads } = this.#profile
    for (const kind of unknownExecutors(this.#profile)) {
      const remembered = recallSpeeds(storage, userAgent)
      const known = remembered?.threads === threads ? remembered.speeds : []
      const speed = known.find((other) => other.executor === kind && !isDoubtful(other))
      const result = speed ? { speed, lasts: false } : await surveyExecutor(startEngine, kind, threads, signal)
      if (!result || signal.aborted) return
      if (result.lasts) this.#remember([result.speed])
      const others = this.#profile.otherExecutors.filter(({ executor }) => executor !== kind)
      this.#set({ ...this.#profile, otherExecutors: [...others, result.speed] })
    }
  }

  #set(profile: DeviceProfile): void {
    this.#profile = profile
    this.emit('change', undefined)
  }

  #remember(speeds: readonly ExecutorSpeed[]): void {
    const { storage, userAgent } = this.#means
    const compared = speeds.filter(({ executor }) => comparedExecutors.includes(executor))
    rememberSpeeds(storage, userAgent, { threads: this.#profile.threads, speeds: compared })
  }
}
