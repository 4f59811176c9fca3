// Would a model fit the room, and how fast would it be? The same plan as for loading, made of its header alone; nothing is loaded.
import type { DeviceProfile } from '../plan/device-profile.ts'
import { PlanImpossibleError, type Remedy } from '../plan/plan-impossible.ts'
import { type ExpectedSpeed, expectSpeed } from '../plan/plan-speed.ts'
import type { WeightWish } from '../weights/convert.ts'
import { wholeBytes } from '../weights/formats.ts'
import type { CoordinatorOptions } from './coordinator-options.ts'
import type { InspectedModel } from './engine-protocol.ts'
import { bestPlan } from './next-plan.ts'

/** A device that would take part. */
export interface FitDevice {
  profile: DeviceProfile
  /** The leader's measured round trip to it; null for the leader itself, and where there is none yet. */
  rttMs: number | null
}

interface FitFrame {
  modelId: string
  /** Of the whole model in its own formats. */
  modelBytes: number
  /** What all devices together give. */
  offeredBytes: number
}

export type RoomFit =
  | (FitFrame & {
      fits: true
      /** In which format the room would hold the weights; `auto` is the file's own. */
      weights: WeightWish
      contextLength: number
      /** In the order of the plan, the leader first. */
      devices: readonly { deviceId: string; name: string; memoryBytes: number; offeredBytes: number }[]
      /** null for models that embed text: they write no tokens. */
      speed: ExpectedSpeed | null
    })
  | (FitFrame & {
      fits: false
      missingBytes: number
      /** Each was tried and fits; none where only a smaller model would do. */
      remedies: readonly Remedy[]
    })

/** `devices` in rank order, the leader first. */
export function fitRoom(model: InspectedModel, devices: readonly FitDevice[], options: CoordinatorOptions): RoomFit {
  const profiles = devices.map(({ profile }) => profile)
  const frame = {
    modelId: model.modelId,
    modelBytes: wholeBytes(model.manifest, 'auto'),
    offeredBytes: profiles.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  }
  try {
    const { plan, weights, profiles: planned } = bestPlan(model, profiles, 0, options)
    const rttMs = devices.map((device) => device.rttMs)
    return {
      ...frame,
      fits: true,
      weights,
      contextLength: plan.contextLength,
      devices: profiles.map(({ deviceId, name, memoryBytes }, rank) => ({
        deviceId,
        name,
        memoryBytes: plan.memoryBytes[rank]!,
        offeredBytes: memoryBytes,
      })),
      speed: model.config.causal ? expectSpeed(plan, planned, rttMs) : null,
    }
  } catch (error) {
    if (!(error instanceof PlanImpossibleError)) throw error
    return { ...frame, fits: false, missingBytes: error.missingBytes, remedies: error.remedies }
  }
}
