// What a test plays on: servers that end with it, and people, each with a browser profile of their own.
import { test as base, type Page } from '@playwright/test'
import { ensureBuilt } from '../../../tools/ensure-built.ts'
import { type Site, type SiteOptions, startSite } from './site.ts'
import { type WindowSize, windowOf } from './windows.ts'

export interface Stage {
  serve(options?: SiteOptions): Promise<Site>
  /** Somebody opens an address; nothing is remembered from others. Resolves when the page has started. */
  visit(url: string): Promise<Page>
}

export interface StageOptions {
  /** The window of a test's first visitor, who mostly leads; all others hold phones. */
  firstWindow: WindowSize
}

/** Uncaught errors of a page fail its test. */
export const test = base.extend<{ stage: Stage } & StageOptions, { builtPage: undefined }>({
  firstWindow: ['laptop', { option: true }],
  builtPage: [
    async ({ browserName: _ }, use) => {
      await ensureBuilt()
      await use(undefined)
    },
    { scope: 'worker', auto: true, timeout: 300_000 },
  ],
  stage: async ({ browser, serviceWorkers, firstWindow }, use, { title }) => {
    const sites: Site[] = []
    const pages: Page[] = []
    const pageErrors: string[] = []
    let visitors = 0
    await use({
      async serve(options) {
        const site = await startSite(options)
        sites.push(site)
        return site
      },
      async visit(url) {
        const context = await browser.newContext({
          ignoreHTTPSErrors: true,
          serviceWorkers,
          ...windowOf(title, visitors++, firstWindow),
        })
        const page = await context.newPage()
        pages.push(page)
        page.on('pageerror', (error) => pageErrors.push(error.message))
        await page.goto(url)
        await page.waitForFunction(() => globalThis.headroom !== undefined)
        return page
      },
    })
    await Promise.all(pages.map((page) => page.context().close()))
    await Promise.all(sites.map((site) => site.close()))
    base.expect(pageErrors).toEqual([])
  },
})

export { expect } from '@playwright/test'
