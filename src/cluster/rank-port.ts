// One rank as the coordinator sees it, wherever it runs: this tab's engine, a worker of this tab, or another device.
import type { ErrorData } from '../base/errors.ts'
import { measuredExecutors, reconsidered } from '../device/executor-choice.ts'
import { computingOn, type DeviceProfile, type ExecutorTurn } from '../plan/device-profile.ts'
import type { Shard } from '../plan/shard-plan.ts'
import type { WeightWish } from '../weights/convert.ts'
import type { ModelManifest } from '../weights/manifest.ts'
import type { Engine, LoadReport, LoadRequest, StartRequest } from './engine-protocol.ts'
import type { LoadProgress } from './session-state.ts'

export interface RankLoad {
  modelName: string
  manifest: ModelManifest
  shard: Shard
  weights: WeightWish
}

/** What a device holds now, or is about to. */
export interface RankStatus {
  progress: LoadProgress | null
  report: LoadReport | null
  /** Why its last load or step failed; it is left out of plans until the model is loaded again. */
  error: ErrorData | null
}

export interface RankPort {
  readonly profile: DeviceProfile
  /** From its next load on it computes on what it is best off with by now (`reconsidered`); call it where plan and load count with that. */
  takeOver(): void
  /** Rejects with what the device says went wrong, or `peer-lost`. */
  load(request: RankLoad, onProgress: (progress: LoadProgress) => void): Promise<LoadReport>
  /** Resolves when the rank is ready for steps of this epoch. */
  start(request: StartRequest): Promise<void>
  /** The device's own high-water mark since its share was loaded. */
  peakMemoryBytes(): Promise<number>
  /** Lets a running `load` fetch nothing more, or go on. Never throws. */
  hold(held: boolean): void
  /** Ends a running `load`, which then rejects `aborted`. Never throws. */
  cancel(): void
  /** The rank failed outside `load` and `start`: it no longer serves the epoch that it began last. Set by the coordinator. */
  onFailed: ((error: ErrorData) => void) | null
}

/** What an engine computes on: the part of a `RankPort` that its device decides. */
export interface ComputingDevice extends Pick<RankPort, 'profile' | 'takeOver'> {
  turnTo(turn: ExecutorTurn): void
}

/** One that nobody else holds. */
export function computingDevice(measured: DeviceProfile): ComputingDevice {
  let profile = measured
  return {
    get profile() {
      return profile
    },
    takeOver() {
      profile = reconsidered(profile)
    },
    turnTo(turn) {
      profile = computingOn(profile, turn, turn.why)
    },
  }
}

/** A device's part of a load request. */
export function computeWish({ executor, pair, threads, memoryBytes, otherExecutors, forced }: DeviceProfile) {
  const others = forced ? [] : measuredExecutors(otherExecutors).map((other) => other.executor)
  return { executor, pair, others, threads, memoryBytes }
}

/** A rank that this tab computes itself, in an engine worker. */
export function engineRank(
  engine: Engine,
  device: ComputingDevice,
  reach: Pick<LoadRequest, 'baseUrl' | 'leaderId'>,
): RankPort {
  let epoch = 0
  const port: RankPort = {
    get profile() {
      return device.profile
    },
    takeOver: () => device.takeOver(),
    onFailed: null,
    async load({ manifest, shard, weights }, onProgress) {
      epoch = shard.epoch
      const request = { manifest, shard, weights, ...computeWish(device.profile), ...reach }
      const report = await engine.load(request, onProgress)
      if (report.turnedTo) device.turnTo(report.turnedTo)
      return report
    },
    peakMemoryBytes: () => engine.peakMemoryBytes(),
    hold: (held) => engine.holdLoad(held),
    cancel: () => engine.cancel(),
    start: (request) =>
      engine.start(request, (error) => {
        if (request.shard.epoch === epoch) port.onFailed?.(error)
      }),
  }
  return port
}

/** Asks every device how much memory its work has taken, into its status; who does not say keeps the figure it had. */
export async function rememberPeaks(ports: readonly RankPort[], status: Map<string, RankStatus>): Promise<void> {
  const ask = async (port: RankPort) => {
    const peakMemoryBytes = await peakMemory(port)
    const known = status.get(port.profile.deviceId)
    if (peakMemoryBytes && known?.report)
      status.set(port.profile.deviceId, { ...known, report: { ...known.report, peakMemoryBytes } })
  }
  await Promise.all(ports.map(ask))
}

/** null where the device does not say: the figure is for people and stops nothing. */
async function peakMemory(port: RankPort): Promise<number | null> {
  try {
    return await port.peakMemoryBytes()
  } catch {
    return null
  }
}
