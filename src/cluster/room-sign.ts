// What a leader tells of its room to people who have the link and are not in yet: who started it, and what a share of its model would weigh.
import * as v from 'valibot'
import { sparedOnBattery } from '../device/battery.ts'
import type { DeviceProfile } from '../plan/device-profile.ts'
import { wholeBytes } from '../weights/formats.ts'
import type { MobileTensorParallelismCoordinator } from './coordinator.ts'

/** So that a sealed sign stays below 1 KB in any writing. */
const longestName = 80

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(longestName))
const figure = v.pipe(v.number(), v.minValue(1), v.maxValue(2 ** 50))

const schema = v.object({
  /** The leader's device. */
  startedBy: name,
  /** That carry the model, or would. */
  devices: v.pipe(figure, v.safeInteger()),
  /** What they read of its weights in a second, all together. */
  weightBytesPerSecond: figure,
  /** null while there is none. */
  model: v.nullable(v.object({ name, sizeBytes: figure })),
})

export type RoomSign = v.InferOutput<typeof schema>

/** Of a room as it is now. */
export function signOf(
  { candidates, model }: Pick<MobileTensorParallelismCoordinator, 'candidates' | 'model'>,
  startedBy: string,
): RoomSign {
  const speeds = candidates.map(({ profile }) => sparedOnBattery(profile).weightBytesPerSecond)
  return {
    startedBy: shown(startedBy),
    devices: candidates.length,
    weightBytesPerSecond: Math.round(speeds.reduce((sum, speed) => sum + speed, 0)),
    model: model && { name: shown(model.modelId), sizeBytes: wholeBytes(model.manifest, 'auto') },
  }
}

/** null for anything that `signOf` does not make. */
export function parseRoomSign(data: unknown): RoomSign | null {
  const result = v.safeParse(schema, data)
  return result.success ? result.output : null
}

/**
 * What one more device would have to fetch, about: plans give each a part in proportion to its speed. null without a model. Not in it: cuts
 * that fall between whole heads, and others' memory that is short.
 */
export function expectedShareBytes({ model, weightBytesPerSecond }: RoomSign, profile: DeviceProfile): number | null {
  if (!model) return null
  const own = sparedOnBattery(profile).weightBytesPerSecond
  return Math.min(profile.memoryBytes, (model.sizeBytes * own) / (own + weightBytesPerSecond))
}

function shown(text: string): string {
  return text.slice(0, longestName).replace(/\p{C}/gu, '') || '?'
}
