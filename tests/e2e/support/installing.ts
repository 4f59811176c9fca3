// What browsers tell a page that can be put among a device's apps. The tests' own offer it to nobody.
import type { Page } from '@playwright/test'
import { expect } from './stage.ts'

/** As iOS, whose browsers know whether they stand alone and have no prompt. */
export async function installByHand(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'standalone', { value: false })
    document.querySelector('hr-app')?.requestUpdate()
  })
  await expect(page.getByTestId('install')).toBeVisible()
}

/** As Chromium. */
export async function offerInstall(page: Page): Promise<void> {
  await page.evaluate(() => {
    const prompt = async () => ({ outcome: 'dismissed' })
    dispatchEvent(Object.assign(new Event('beforeinstallprompt'), { prompt }))
  })
  await expect(page.getByTestId('install-now')).toBeVisible()
}
