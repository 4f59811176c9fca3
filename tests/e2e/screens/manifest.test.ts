// The pictures that app stores and install prompts show: `screenshots` of the page's manifest.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { projectRoot } from '../../../tools/ensure-built.ts'
import { defaultModelPath } from '../../support/default-model.ts'
import { loadedRoom } from '../support/loaded-room.ts'
import { ask } from '../support/people.ts'
import { expect, test } from '../support/stage.ts'

const folder = join(projectRoot, 'public/screens')

async function shoot(page: Page, name: string, width: number, height: number) {
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.evaluate(() => scrollTo(0, 0))
  await page.screenshot({ path: join(folder, name), animations: 'disabled' })
}

test('a phone at the start, a room on a projector', async ({ stage }) => {
  await mkdir(folder, { recursive: true })
  const { site, leader } = await loadedRoom(stage, { devices: 3, models: [defaultModelPath()], lan: true })
  const newcomer = await stage.visit(site.url)
  await expect(newcomer.getByText('Measured speed')).toBeVisible()
  await shoot(newcomer, 'start-narrow.png', 390, 844)
  await newcomer.close()
  await leader.setViewportSize({ width: 1_440, height: 900 })
  await ask(leader, 'What is the largest ocean on Earth?')
  await expect(leader.getByTestId('figures')).toHaveCount(1, { timeout: 60_000 })
  await leader.getByTestId('open-present').click()
  await shoot(leader, 'room-wide.png', 1_440, 900)
})
