// One state of the page as four pictures: a phone's and a laptop's window, light and dark. Axe looks at each as well.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { projectRoot } from '../../../tools/ensure-built.ts'
import { axeFindings } from '../support/axe.ts'
import { expect } from '../support/stage.ts'
import { colorSchemes, type WindowSize, windowSizes } from '../support/windows.ts'

export const screensFolder = join(projectRoot, 'docs/screens')

export interface ShootOptions {
  /** What the picture begins with at the top of the window; the page's own top unless given. */
  from?: string
  /** Sizes that show this state; all unless given. */
  only?: readonly WindowSize[]
}

/** Writes `docs/screens/<state>-<size>-<scheme>.png`. Nothing moves in a picture, and nothing has the focus that was not given it. */
export async function shoot(page: Page, state: string, { from, only }: ShootOptions = {}): Promise<void> {
  await mkdir(screensFolder, { recursive: true })
  for (const [size, viewport] of Object.entries(windowSizes))
    for (const colorScheme of colorSchemes) {
      if (only && !only.some((wanted) => wanted === size)) continue
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.evaluate(() => scrollTo(0, 0))
      if (from)
        await page
          .locator(from)
          .first()
          .evaluate((element) => element.scrollIntoView())
      const picture = `${state}-${size}-${colorScheme}`
      await page.screenshot({ path: join(screensFolder, `${picture}.png`), animations: 'disabled' })
      expect.soft(await axeFindings(page, colorScheme), `axe on ${picture}`).toEqual([])
    }
}
