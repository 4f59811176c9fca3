// The engines of one benchmark, each open and waiting: pages of one Chromium, and llama.cpp natively.
import type { Browser, Page } from 'playwright'
import type {
  BenchEngine,
  EngineRequest,
  OwnFigures,
  OwnProfile,
  Timed,
  Work,
} from '../../tests/bench/page/bench-engine.ts'
import type { BenchSite } from './bench-site.ts'

export interface RunningEngine {
  own: OwnFigures | null
  run(work: Work): Promise<Timed>
  /** Only ours knows. */
  profile(work: Work): Promise<OwnProfile>
  close(): Promise<void>
}

/** A page with the engine's code in `globalThis.benchEngine`. */
export async function openEnginePage(browser: Browser, site: BenchSite, name: string): Promise<Page> {
  const page = await browser.newPage()
  // tsx keeps functions' names through a helper that pages do not have (esbuild's keepNames).
  await page.addInitScript('globalThis.__name = (target) => target')
  page.on('pageerror', (error) => console.error(`[${name}] ${error.message}`))
  await page.goto(site.pageUrl(name))
  await page.waitForFunction(() => globalThis.benchEngine !== undefined)
  return page
}

/** Rejects with the engine's own words where it cannot load the model. */
export async function openPageEngine(
  browser: Browser,
  site: BenchSite,
  name: string,
  request: EngineRequest,
): Promise<RunningEngine> {
  const page = await openEnginePage(browser, site, name)
  try {
    await page.setInputFiles('input', request.model.path)
    const own = await page.evaluate((what) => globalThis.benchEngine!.open(what), request)
    return {
      own,
      async run(work) {
        await page.bringToFront()
        return page.evaluate((what) => globalThis.benchEngine!.run(what), work)
      },
      profile: (work) =>
        page.evaluate((what) => {
          const ours = globalThis.benchEngine as BenchEngine & {
            profile(work: Work): Promise<OwnProfile>
          }
          return ours.profile(what)
        }, work),
      close: () => page.close(),
    }
  } catch (error) {
    await page.close()
    throw error
  }
}

/** llama.cpp in this very process; its work runs on threads of its own. */
export async function openNativeEngine(request: EngineRequest): Promise<RunningEngine> {
  const { openNativeLlama } = await import('../../tests/bench/native-llama.ts')
  const engine = openNativeLlama()
  await engine.open(request)
  return {
    own: null,
    run: engine.run,
    profile: () => Promise.reject(new Error('Only ours is profiled.')),
    close: engine.close,
  }
}
