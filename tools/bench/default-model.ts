// What the benchmark says of the default model besides its speed: whether the speed costs answers, and what a GPU is asked for a token.
import type { Browser } from 'playwright'
import type { EngineRequest, GpuStep } from '../../tests/bench/page/bench-engine.ts'
import type { OurWorker } from '../../tests/bench/page/ours-worker.ts'
import { openBrowserRoom } from '../browser-room.ts'
import { readForcedPrompts } from '../forced-prompts.ts'
import { measureQuality, type QualityFigures } from '../quality-figures.ts'
import type { BenchSite } from './bench-site.ts'
import { openEnginePage } from './engines.ts'

/** As `npm run quality`, on one tab: the executor and the threads that were timed. */
export async function defaultModelQuality(threads: number): Promise<QualityFigures> {
  const room = await openBrowserRoom({ tabs: 1, query: { executor: 'wasm', threads: `${threads}` }, headed: false })
  try {
    console.error('Forcing 24 reference answers …')
    return await measureQuality(room, await readForcedPrompts())
  } finally {
    await room.close()
  }
}

/** Dispatches, waits and bytes of one decode step on WebGPU. Rejects where there is none. */
export async function countGpuStep(browser: Browser, site: BenchSite, request: EngineRequest): Promise<GpuStep> {
  const page = await openEnginePage(browser, site, 'ours')
  try {
    return await page.evaluate((what) => (globalThis.benchEngine as unknown as OurWorker).gpuStep(what), request)
  } finally {
    await page.close()
  }
}
