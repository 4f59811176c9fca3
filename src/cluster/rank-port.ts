// One rank as the coordinator sees it, wherever it runs: this tab's engine, a worker of this tab, or another device.
import type { ErrorData } from '../base/errors.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import type { Shard } from '../plan/shard-plan.ts'
import type { WeightWish } from '../weights/convert.ts'
import type { ModelManifest } from '../weights/manifest.ts'
import type { Engine, LoadReport, StartRequest } from './engine-protocol.ts'
import type { LoadProgress } from './session-state.ts'

export interface RankLoad {
  modelName: string
  manifest: ModelManifest
  shard: Shard
  weights: WeightWish
}

export interface RankPort {
  readonly profile: DeviceProfile
  /** Rejects with what the device says went wrong, or `peer-lost`. */
  load(request: RankLoad, onProgress: (progress: LoadProgress) => void): Promise<LoadReport>
  /** Resolves when the rank is ready for steps of this epoch. */
  start(request: StartRequest): Promise<void>
  /** Ends a running `load`, which then rejects `aborted`. */
  cancel(): void
  /** The rank failed outside `load` and `start`: it no longer serves its epoch. Set by the coordinator. */
  onFailed: ((error: ErrorData) => void) | null
}

/** A rank that this tab computes itself, in an engine worker. */
export function engineRank(engine: Engine, profile: DeviceProfile, baseUrl: string): RankPort {
  const port: RankPort = {
    profile,
    onFailed: null,
    load({ manifest, shard, weights }, onProgress) {
      const { executor, threads } = profile
      return engine.load({ manifest, shard, weights, executor, threads, baseUrl }, onProgress)
    },
    cancel: () => engine.cancel(),
    start: (request) => engine.start(request, (error) => port.onFailed?.(error)),
  }
  return port
}
