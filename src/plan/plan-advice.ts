// What to do when a model does not fit, as a refusal. Every remedy named here was tried on the same placement and fits.
import { bytesInWords } from '../base/bytes-in-words.ts'
import type { ModelConfig } from '../model/config.ts'
import { modelTensors } from '../model/model-tensors.ts'
import { FORMAT_LAYOUT, isAlwaysFloat, type TensorFormat, tensorKey } from '../model/tensor.ts'
import type { PlacementOptions } from './cut-memory.ts'
import type { DeviceProfile } from './device-profile.ts'
import { leaderFixedBytes, placeWithinMemory } from './placement.ts'
import { PlanImpossibleError, type Remedy } from './plan-impossible.ts'
import type { TensorFormats } from './shard-tensors.ts'

interface Request extends PlacementOptions {
  modelId: string
}

/** More devices than this are never suggested. */
const MAX_DEVICES = 32
const SMALLEST_CONTEXT = 256

export function refuseMissing(
  config: ModelConfig,
  profiles: readonly DeviceProfile[],
  request: Request,
  missingBytes: number,
): PlanImpossibleError {
  const offered = profiles.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
  const remedies = remediesFor(config, profiles, request)
  const message =
    `${request.modelId} does not fit on ${countOf(profiles.length, 'device')} offering ${bytesInWords(offered)}: ` +
    `${bytesInWords(missingBytes)} are missing. ${leaderNeed(config, profiles[0]!, request)}${advice(remedies, request)}`
  return new PlanImpossibleError(message, missingBytes, remedies)
}

/** `neededBytes[rank]` is what the rank's share would take. */
export function refuseOverfull(
  config: ModelConfig,
  profiles: readonly DeviceProfile[],
  request: Request & { shares: readonly number[] },
  neededBytes: readonly number[],
): PlanImpossibleError {
  const overfull = profiles.flatMap(({ name, memoryBytes }, rank) => {
    const needed = neededBytes[rank]!
    return needed > memoryBytes
      ? [`rank ${rank} (${name}) would hold ${bytesInWords(needed)} of at most ${bytesInWords(memoryBytes)}`]
      : []
  })
  const missingBytes = profiles.reduce(
    (sum, { memoryBytes }, rank) => sum + Math.max(0, neededBytes[rank]! - memoryBytes),
    0,
  )
  const fits = placeWithinMemory(config, profiles, request).cuts !== null
  const remedies = fits ? [] : remediesFor(config, profiles, request)
  const message =
    `Shares ${request.shares.join(',')} do not fit: ${overfull.join('; ')}. ` +
    (fits ? 'Without shares the model fits these devices.' : advice(remedies, request))
  return new PlanImpossibleError(message, missingBytes, remedies)
}

/** A sentence where even a leader without units of its own is too small, else nothing. */
function leaderNeed(config: ModelConfig, leader: DeviceProfile, request: Request): string {
  const { name, memoryBytes } = leader
  const needed = leaderFixedBytes(config, leader, request)
  if (needed <= memoryBytes) return ''
  return `The leader alone needs ${bytesInWords(needed)}, as it holds the whole token embedding; ${name} offers ${bytesInWords(memoryBytes)}. `
}

function remediesFor(config: ModelConfig, profiles: readonly DeviceProfile[], request: Request): Remedy[] {
  const fits = (devices: readonly DeviceProfile[], change: Partial<PlacementOptions> = {}) =>
    placeWithinMemory(config, devices, { ...request, ...change }).cuts !== null
  const bySize = profiles.toSorted((a, b) => a.memoryBytes - b.memoryBytes)
  const smallest = bySize[0]!
  const largest = bySize.at(-1)!
  const found: Remedy[] = []

  const others = profiles.filter((profile) => profile !== largest)
  if (largest !== profiles[0] && fits([largest, ...others]))
    found.push({ kind: 'start-elsewhere', deviceName: largest.name })
  for (const model of largest.memoryBytes > smallest.memoryBytes ? [largest, smallest] : [largest]) {
    for (let count = 1; profiles.length + count <= MAX_DEVICES; count++) {
      if (!fits([...profiles, ...Array<DeviceProfile>(count).fill(model)])) continue
      found.push({ kind: 'more-devices', count, deviceName: model.name, memoryBytes: model.memoryBytes })
      break
    }
  }
  for (let positions = request.contextLength >> 1; positions >= SMALLEST_CONTEXT; positions >>= 1) {
    if (!fits(profiles, { contextLength: positions })) continue
    found.push({ kind: 'shorter-context', positions })
    break
  }
  for (const format of ['int8', 'int4'] as const) {
    const formats = shrink(config, request.formats, format)
    if (!formats || !fits(profiles, { formats })) continue
    found.push({ kind: 'smaller-weights', format })
    break
  }
  return found
}

function advice(remedies: readonly Remedy[], { contextLength }: Request): string {
  if (remedies.length === 0) return 'More devices like these would not help: choose a smaller model.'
  return `What would do: ${remedies.map((remedy) => inSentence(remedy, contextLength)).join(', or ')}.`
}

function inSentence(remedy: Remedy, contextLength: number): string {
  switch (remedy.kind) {
    case 'start-elsewhere':
      return `start the room on ${remedy.deviceName}`
    case 'more-devices':
      return `add ${countOf(remedy.count, 'more device')} like ${remedy.deviceName} (${bytesInWords(remedy.memoryBytes)})`
    case 'shorter-context':
      return `shorten the context from ${contextLength} to ${remedy.positions} positions`
    case 'smaller-weights':
      return `hold the weights as ${remedy.format}`
  }
}

/** The formats with larger ones replaced wherever a tensor may be held so; null where none is. */
function shrink(config: ModelConfig, formats: TensorFormats, to: TensorFormat): TensorFormats | null {
  const size = (format: TensorFormat) => FORMAT_LAYOUT[format].bytesPerBlock / FORMAT_LAYOUT[format].blockSize
  const larger = modelTensors(config)
    .filter(({ role, columns }) => !isAlwaysFloat(role) && columns % FORMAT_LAYOUT[to].blockSize === 0)
    .map(tensorKey)
    .filter((key) => size(formats[key] ?? 'f32') > size(to))
  return larger.length === 0 ? null : { ...formats, ...Object.fromEntries(larger.map((key) => [key, to])) }
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
