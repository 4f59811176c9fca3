// What to do when a model does not fit. Every remedy named here was tried on the same placement and fits.
import type { ModelConfig } from '../model/config.ts'
import { modelTensors } from '../model/model-tensors.ts'
import { FORMAT_LAYOUT, isAlwaysFloat, type TensorFormat, tensorKey } from '../model/tensor.ts'
import type { PlacementOptions } from './cut-memory.ts'
import type { DeviceProfile } from './device-profile.ts'
import { leaderFixedBytes, placeWithinMemory } from './placement.ts'
import type { TensorFormats } from './shard-tensors.ts'

interface Request extends PlacementOptions {
  modelId: string
}

/** More devices than this are never suggested. */
const MAX_DEVICES = 32
const SMALLEST_CONTEXT = 256

export function describeMissing(
  config: ModelConfig,
  profiles: readonly DeviceProfile[],
  request: Request,
  missingBytes: number,
): string {
  const offered = profiles.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
  return (
    `${request.modelId} does not fit on ${countOf(profiles.length, 'device')} offering ${inWords(offered)}: ` +
    `${inWords(missingBytes)} are missing. ${leaderNeed(config, profiles[0]!, request)}${remedies(config, profiles, request)}`
  )
}

/** `neededBytes[rank]` is what the rank's share would take. */
export function describeOverfull(
  config: ModelConfig,
  profiles: readonly DeviceProfile[],
  request: Request & { shares: readonly number[] },
  neededBytes: readonly number[],
): string {
  const overfull = profiles.flatMap(({ name, memoryBytes }, rank) => {
    const needed = neededBytes[rank]!
    return needed > memoryBytes
      ? [`rank ${rank} (${name}) would hold ${inWords(needed)} of at most ${inWords(memoryBytes)}`]
      : []
  })
  const fits = placeWithinMemory(config, profiles, request).cuts !== null
  return (
    `Shares ${request.shares.join(',')} do not fit: ${overfull.join('; ')}. ` +
    (fits ? 'Without shares the model fits these devices.' : remedies(config, profiles, request))
  )
}

/** A sentence where even a leader without units of its own is too small, else nothing. */
function leaderNeed(config: ModelConfig, leader: DeviceProfile, request: Request): string {
  const { name, memoryBytes } = leader
  const needed = leaderFixedBytes(config, leader, request)
  if (needed <= memoryBytes) return ''
  return `The leader alone needs ${inWords(needed)}, as it holds the whole token embedding; ${name} offers ${inWords(memoryBytes)}. `
}

function remedies(config: ModelConfig, profiles: readonly DeviceProfile[], request: Request): string {
  const fits = (devices: readonly DeviceProfile[], change: Partial<PlacementOptions> = {}) =>
    placeWithinMemory(config, devices, { ...request, ...change }).cuts !== null
  const bySize = profiles.toSorted((a, b) => a.memoryBytes - b.memoryBytes)
  const smallest = bySize[0]!
  const largest = bySize.at(-1)!
  const found: string[] = []

  const others = profiles.filter((profile) => profile !== largest)
  if (largest !== profiles[0] && fits([largest, ...others])) found.push(`start the room on ${largest.name}`)
  for (const model of largest.memoryBytes > smallest.memoryBytes ? [largest, smallest] : [largest]) {
    for (let more = 1; profiles.length + more <= MAX_DEVICES; more++) {
      if (!fits([...profiles, ...Array<DeviceProfile>(more).fill(model)])) continue
      found.push(`add ${countOf(more, 'more device')} like ${model.name} (${inWords(model.memoryBytes)})`)
      break
    }
  }
  for (let context = request.contextLength >> 1; context >= SMALLEST_CONTEXT; context >>= 1) {
    if (!fits(profiles, { contextLength: context })) continue
    found.push(`shorten the context from ${request.contextLength} to ${context} positions`)
    break
  }
  for (const format of ['int8', 'int4'] as const) {
    const formats = shrink(config, request.formats, format)
    if (!formats || !fits(profiles, { formats })) continue
    found.push(`hold the weights as ${format}`)
    break
  }
  if (found.length === 0) return 'More devices like these would not help: choose a smaller model.'
  return `What would do: ${found.join(', or ')}.`
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

function inWords(bytes: number): string {
  if (bytes < 1e6) return `${bytes} bytes`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
