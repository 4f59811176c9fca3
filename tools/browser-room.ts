// A room of real browser tabs on this machine: the real server, the built page, one browser context a tab. What the demo, the
// measurements and the end-to-end tests stand on.
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { type Browser, chromium, type Page } from 'playwright'
import { huggingFaceHub } from '../signaling/hub.ts'
import { createModelShelf, modelIdAt } from '../signaling/model-shelf.ts'
import type { SentBytes } from '../signaling/sent-bytes.ts'
import { createHeadroomServer } from '../signaling/server.ts'
import { HeadroomError, toErrorData } from '../src/base/errors.ts'
import { BUILT_IN_MODEL_ID } from '../src/cluster/built-in-model.ts'
import { parseHubName } from '../src/weights/hub-protocol.ts'
import { launchOptions } from './chromium.ts'
import { ensureBuilt, projectRoot } from './ensure-built.ts'
import { fetchModel } from './fetch-model.ts'
import { catalogue, catalogueModel, modelsDirectory } from './model-catalogue.ts'

export interface BrowserRoomOptions {
  tabs: number
  /** An id, a .gguf file, a folder, or a hub's `owner/name`; left out: the default model. */
  model?: string | undefined
  /** Options of the page's address; see web/url-options.ts. */
  query: Readonly<Record<string, string>>
  headed: boolean
  onBytes?: (sent: SentBytes) => void
}

export interface BrowserRoom {
  /** `pages[0]` leads; the others have joined. */
  pages: readonly Page[]
  /** As `loadModel` takes it. */
  modelId: string
  localUrl: string
  close(): Promise<void>
}

/** Resolves when all tabs are in the room; nothing is loaded yet. Throws `HeadroomError`. */
export async function openBrowserRoom(options: BrowserRoomOptions): Promise<BrowserRoom> {
  const [model] = await Promise.all([findModel(options.model), ensureBuilt()])
  const server = createHeadroomServer({
    webDirectory: join(projectRoot, 'dist/web'),
    models: { directory: modelsDirectory(), extra: model.extra, knownModels: catalogue.models },
    defaultModel: model.id,
    hub: huggingFaceHub,
    cacheDirectory: join(envPaths('headroom', { suffix: '' }).cache, 'digests'),
    host: '127.0.0.1',
    port: 0,
    ...(options.onBytes ? { onBytes: options.onBytes } : {}),
  })
  let browser: Browser | null = null
  const close = async () => {
    await browser?.close()
    await server.close()
  }
  try {
    const { localUrl } = await server.listen()
    browser = await launch(options.headed)
    const search = new URLSearchParams(options.query).toString()
    const opened = await Promise.all(Array.from({ length: options.tabs }, () => emptyTab(browser!)))
    // One after the other: tabs that measure themselves at the same time measure each other.
    for (const page of opened) await openPage(page, `${localUrl}?${search}#/`)
    const [leader, ...guests] = opened as [Page, ...Page[]]
    const link = await call(() => leader.evaluate(() => globalThis.headroom!.startRoom()))
    await Promise.all(guests.map((page) => call(() => page.evaluate((to) => globalThis.headroom!.joinRoom(to), link))))
    await leader.waitForFunction(
      (count) => globalThis.headroom!.view.devices.filter(({ profile }) => profile).length === count,
      options.tabs,
    )
    return { pages: opened, modelId: model.id, localUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Runs something in a page; the page's own errors come back with their code. */
export async function call<T>(evaluate: () => Promise<T>): Promise<T> {
  try {
    return await evaluate()
  } catch (error) {
    const words = error instanceof Error ? error.message : ''
    const [, code, message] = /HeadroomError \[([a-z-]+)\]: (.*?)(?:\n\s+at |$)/s.exec(words) ?? []
    if (!code || !message) throw error
    throw new HeadroomError(code as HeadroomError['code'], message, { cause: error })
  }
}

async function findModel(model: string | undefined): Promise<{ id: string; extra: string[] }> {
  const directory = modelsDirectory()
  if (model !== undefined) {
    const exists = await stat(model).then(
      () => true,
      () => false,
    )
    if (exists) return { id: await idAt(resolve(model)), extra: [resolve(model)] }
    const builtIn = join(projectRoot, 'public/models')
    const shelf = await createModelShelf({ directory, knownModels: catalogue.models, builtIn }).list()
    if (shelf.some(({ id }) => id === model) || parseHubName(model, huggingFaceHub.url)) return { id: model, extra: [] }
    if (/\/|\.gguf$/.test(model)) throw new HeadroomError('model-not-found', `There is no file or folder ${model}.`)
  }
  const known = catalogueModel(model)
  try {
    await fetchModel(known, { directory })
    return { id: known.id, extra: [] }
  } catch (error) {
    if (model !== undefined) throw error
    console.error(`${toErrorData(error).message}\nThe small model that comes with the page answers instead.`)
    return { id: BUILT_IN_MODEL_ID, extra: [] }
  }
}

async function idAt(location: string): Promise<string> {
  try {
    return await modelIdAt(location, catalogue.models)
  } catch (cause) {
    throw new HeadroomError('model-not-found', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

async function launch(headed: boolean): Promise<Browser> {
  try {
    return await chromium.launch(launchOptions(!headed))
  } catch (cause) {
    throw new HeadroomError(
      'no-executor',
      'No Chromium or Chrome was found. Install one, or set HEADROOM_BROWSER to its path.',
      { cause },
    )
  }
}

async function emptyTab(browser: Browser): Promise<Page> {
  const context = await browser.newContext()
  // tsx keeps functions' names through a helper that pages do not have (esbuild's keepNames).
  await context.addInitScript('globalThis.__name = (target) => target')
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`[tab] ${message.text()}`)
  })
  page.on('pageerror', (error) => console.error(`[tab] ${error.message}`))
  return page
}

async function openPage(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => globalThis.headroom !== undefined)
  await call(() => page.evaluate(() => globalThis.headroom!.initialize()))
}
