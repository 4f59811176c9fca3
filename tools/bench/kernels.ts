// `npm run bench -- kernels`: each WASM kernel, against what the same browser reads and multiplies. Of all rounds the fastest
// counts, of the kernels as of their limits: whatever else the machine does only slows them.
import { type Browser, chromium } from 'playwright'
import type { Arithmetic } from '../../tests/bench/page/kernel-cases.ts'
import { launchOptions } from '../chromium.ts'
import { openBenchSite } from './bench-site.ts'
import { median } from './figures.ts'
import { noteOfBusyMachine } from './machine-load.ts'

const rounds = 7

export interface KernelReport {
  runs: number
  /** What one WASM thread reads, and how many products it makes, in the same browser and the same rounds. */
  readBytesPerSecond: number
  multiplyAddsPerSecond: Record<Arithmetic, number>
  kernels: KernelFigure[]
  notes: Record<string, string>
}

export interface KernelFigure {
  kernel: string
  shape: string
  build: 'relaxed' | 'plain'
  arithmetic: Arithmetic
  /** Of one call, in the fastest round. */
  milliseconds: number
  medianMilliseconds: number
  bytesPerSecond: number
  multiplyAddsPerSecond: number
  /** Over what is read, and multiplied by the same instruction, at most; above 1 where values are still in a cache. */
  ofMemory: number
  ofArithmetic: number
}

export async function benchKernels(): Promise<KernelReport> {
  const notes = await noteOfBusyMachine()
  const site = await openBenchSite()
  let browser: Browser | undefined
  try {
    browser = await chromium.launch(launchOptions())
    const page = await browser.newPage()
    page.on('pageerror', (error) => console.error(error.message))
    await page.goto(site.pageUrl('kernels'))
    await page.waitForFunction(() => globalThis.benchKernels !== undefined)
    const measured = await page.evaluate((count) => globalThis.benchKernels!(count), rounds)
    const readBytesPerSecond = Math.max(...measured.readBytesPerSecond)
    const { bytes, words, floats } = measured.multiplyAddsPerSecond
    const peaks = { bytes: Math.max(...bytes), words: Math.max(...words), floats: Math.max(...floats) }
    const kernels = measured.kernels.map(({ milliseconds, bytes: size, multiplyAdds, ...which }): KernelFigure => {
      const fastest = Math.min(...milliseconds)
      const [bytesPerSecond, multiplyAddsPerSecond] = [(1000 * size) / fastest, (1000 * multiplyAdds) / fastest]
      return {
        ...which,
        milliseconds: fastest,
        medianMilliseconds: median(milliseconds),
        bytesPerSecond,
        multiplyAddsPerSecond,
        ofMemory: bytesPerSecond / readBytesPerSecond,
        ofArithmetic: multiplyAddsPerSecond / peaks[which.arithmetic],
      }
    })
    return { runs: rounds, readBytesPerSecond, multiplyAddsPerSecond: peaks, kernels, notes }
  } finally {
    await browser?.close()
    await site.close()
  }
}

export function formatKernels({
  runs,
  readBytesPerSecond,
  multiplyAddsPerSecond,
  kernels,
  notes,
}: KernelReport): string {
  const billions = (value: number) => (value / 1e9).toPrecision(3)
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`
  const { bytes, words, floats } = multiplyAddsPerSecond
  return [
    `One thread reads ${billions(readBytesPerSecond)} GB/s here and multiplies ${billions(bytes)} G bytes (relaxed dot), ${billions(words)} G 16-bit words, ${billions(floats)} G floats a second; the fastest of ${runs} rounds.`,
    '| kernel | sizes | build | a call | GB/s | of memory | G products/s | of arithmetic |',
    '|---|---|---|---|---|---|---|---|',
    ...kernels.map(
      (k) =>
        `| ${k.kernel} | ${k.shape} | ${k.build} | ${k.milliseconds.toPrecision(3)} ms | ${billions(k.bytesPerSecond)} | ${percent(k.ofMemory)} | ${billions(k.multiplyAddsPerSecond)} | ${percent(k.ofArithmetic)} of ${k.arithmetic} |`,
    ),
    ...Object.entries(notes).map(([name, note]) => `${name}: ${note}`),
  ].join('\n')
}
