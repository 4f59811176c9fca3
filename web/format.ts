// What a device is, holds and does, as phrases of the catalogue.
import type { DeviceProfile, DeviceView, Holding } from '../src/index.ts'
import { type Texts, texts } from './texts/texts.ts'

export function formatMilliseconds(milliseconds: number): string {
  return texts.numbers.milliseconds(milliseconds)
}

/** "9 devices", "1 device". */
export function formatPlural(n: number, one: string, many = `${one}s`): string {
  return texts.numbers.counted(n, one, many)
}

/** What a device computes on, how fast it is, and how far away; one phrase a part. */
export function profileParts({ executor, weightBytesPerSecond }: DeviceProfile, rttMs: number | null): string[] {
  const words = texts.device
  const parts = [words.executors[executor], words.speed(weightBytesPerSecond)]
  return rttMs === null ? parts : [...parts, words.away(rttMs)]
}

/** What a device holds, one phrase a part. A guest knows its bytes once it holds them. */
export function holdingParts(holding: Holding): string[] {
  const { weightBytes } = holding
  return [...(weightBytes > 0 ? [texts.numbers.bytes(weightBytes)] : []), ...shardParts(holding)]
}

/** Which part of the model a device holds, one phrase a kind. */
export function shardParts({ queryHeads, kvHeads, ffn, vocabulary }: Holding): string[] {
  const words = texts.device
  return [
    queryHeads ? words.heads(queryHeads.start, queryHeads.end) : words.headsDiffer,
    kvHeads && kvHeads.end > kvHeads.start ? words.kvHeads(kvHeads.start, kvHeads.end) : null,
    ffn ? words.columns(ffn.start, ffn.end) : words.columnsDiffer,
    words.vocabularyRows(vocabulary.start, vocabulary.end),
  ].filter((part) => part !== null)
}

/** What people call a device. */
export function deviceName({ name, isLeader }: DeviceView): string {
  return name ?? (isLeader ? texts.device.leadersDevice : texts.device.aDevice)
}

/** What a device is doing, as a key of the catalogue. */
export function deviceStatus(device: DeviceView): keyof Texts['device']['status'] {
  if (device.connection === 'lost') return 'lost'
  if (device.connection === 'connecting') return 'connecting'
  if (device.presence !== 'serving') return device.presence
  if (!device.profile) return device.isLeader ? 'connected' : 'measuring'
  if (device.error) return 'failed'
  if (device.report) return 'ready'
  // Who has a place in the plan was told to load; its first bytes may be seconds away.
  return device.holding ? 'loading' : 'waiting'
}
