// Numbers as people read them. Bytes are decimal (1 MB = 1,000,000 bytes), as shops and download pages count them.
import type { DeviceProfile, DeviceView, Holding } from '../src/index.ts'

type Range = Holding['vocabulary']

const count = new Intl.NumberFormat('en')

export function formatCount(n: number): string {
  return count.format(n)
}

/** "0 B", "812 kB", "12.3 MB", "104 MB", "2.15 GB": three digits at most, no zeros after the point. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`
  if (bytes < 999_500) return `${Math.round(bytes / 1e3)} kB`
  return bytes < 999_500_000 ? `${threeDigits(bytes / 1e6)} MB` : `${threeDigits(bytes / 1e9)} GB`
}

function threeDigits(value: number): string {
  return value < 100 ? String(Number(value.toPrecision(3))) : count.format(Math.round(value))
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

/** "9 devices", "1 device". */
export function formatPlural(n: number, one: string, many = `${one}s`): string {
  return `${count.format(n)} ${n === 1 ? one : many}`
}

export const executorNames = {
  webgpu: 'GPU (WebGPU)',
  wasm: 'CPU (WebAssembly)',
  reference: 'CPU (reference, slow)',
} as const

export function executorName(profile: DeviceProfile): string {
  return executorNames[profile.executor]
}

/** Measured speed: bytes of weights the executor reads a second. */
export function formatSpeed(profile: DeviceProfile): string {
  return `${formatBytes(profile.weightBytesPerSecond)}/s weights`
}

/** What a device holds, one phrase a part. Both numbers of a span are counted from 0 and held, so heads 0–2 are three. */
export function holdingParts(holding: Holding): string[] {
  const { queryHeads, kvHeads, ffn, vocabulary, weightBytes } = holding
  return [
    formatBytes(weightBytes),
    queryHeads ? spanWords(queryHeads, 'head') : 'heads differ by layer',
    kvHeads && kvHeads.end > kvHeads.start ? spanWords(kvHeads, 'KV head') : null,
    ffn ? spanWords(ffn, 'column') : 'columns differ by layer',
    spanWords(vocabulary, 'vocabulary row'),
  ].filter((part) => part !== null)
}

function spanWords({ start, end }: Range, one: string): string {
  if (end <= start) return `no ${one}s`
  if (end - start === 1) return `${one} ${count.format(start)}`
  return `${one}s ${count.format(start)}–${count.format(end - 1)}`
}

/** One or two words on what a device is doing. */
export function deviceStatus(
  device: DeviceView,
): 'Lost' | 'Connecting' | 'Measuring' | 'Loading' | 'Ready' | 'Waiting' | 'Connected' | 'Failed' {
  if (device.connection === 'lost') return 'Lost'
  if (device.connection === 'connecting') return 'Connecting'
  if (!device.profile) return device.isLeader ? 'Connected' : 'Measuring'
  if (device.error) return 'Failed'
  if (device.report) return 'Ready'
  return device.progress ? 'Loading' : 'Waiting'
}
