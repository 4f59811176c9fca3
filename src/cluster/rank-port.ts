// One rank as the coordinator sees it, wherever it runs: this tab's engine, a worker of this tab, or another device.
import type { ErrorData } from '../base/errors.ts'
import { computingOn, type DeviceProfile, type ExecutorUse } from '../plan/device-profile.ts'
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

/** A rank that this tab computes itself, in an engine worker. `onTurned`: it had to turn to another executor. */
export function engineRank(
  engine: Engine,
  profile: DeviceProfile,
  reach: Pick<LoadRequest, 'baseUrl' | 'leaderId'>,
  onTurned: (use: ExecutorUse) => void = () => undefined,
): RankPort {
  let epoch = 0
  let known = profile
  const port: RankPort = {
    get profile() {
      return known
    },
    onFailed: null,
    async load({ manifest, shard, weights }, onProgress) {
      const { executor, pair, threads, memoryBytes } = known
      epoch = shard.epoch
      const request = { manifest, shard, weights, executor, pair, threads, memoryBytes, ...reach }
      const report = await engine.load(request, onProgress)
      if (report.turnedTo) {
        known = computingOn(known, report.turnedTo)
        onTurned(report.turnedTo)
      }
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
