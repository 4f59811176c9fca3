// The page is for everyone: each screen once, and on it everything that must hold on all of them.
import { holdDownloads } from './support/held-downloads.ts'
import { installByHand, offerInstall } from './support/installing.ts'
import { answers, ask, confirm, deviceRows, joinByHand, startRoomByHand } from './support/people.ts'
import { checkLooks, checkScreen } from './support/screen-checks.ts'
import { slowLane } from './support/slow-lane.ts'
import { expect, test } from './support/stage.ts'

test('every screen is free of findings of axe, fits every window and can be used by keyboard alone', async ({
  stage,
}) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await expect(leader.getByText('Measured speed')).toBeVisible()
  await installByHand(leader)
  await checkScreen(leader, 'start, with how to install')

  await leader.getByTestId('link-field').fill('https://example.org/')
  await leader.getByTestId('open-link').click()
  await expect(leader.getByTestId('failure')).toBeVisible()
  await checkScreen(leader, 'failure')

  const link = await startRoomByHand(leader)
  await leader.getByTestId('room-words').locator('summary').click()
  await checkScreen(leader, 'room empty')

  const guest = await stage.visit(link)
  await expect(guest.getByText(/[\d.]+ .?B a second/)).toBeVisible()
  await checkScreen(guest, 'join')
  await joinByHand(guest)
  await expect(deviceRows(leader)).toHaveCount(2)

  const storage = await leader.context().newCDPSession(leader)
  const { origin } = new URL(leader.url())
  await storage.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 })
  const release = await holdDownloads(guest)
  await leader.getByTestId('load-model').click()
  await expect(leader.getByTestId('room-progress')).toHaveText(/[\d.]+ [kM]?B of [\d.]+ [kM]B/)
  await checkScreen(leader, 'room loading')
  await checkScreen(guest, 'guest loading')
  release()

  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Ready', 'Ready'])
  await expect(leader.locator('hr-room-state hr-notice')).toContainText(/storage/i)
  await checkScreen(leader, 'a full storage')
  await storage.send('Storage.overrideQuotaForOrigin', { origin })
  const quicken = await slowLane(guest)
  await ask(leader, 'Once upon a time')
  await expect(answers(leader)).not.toHaveText('')
  await leader.getByTestId('stop').click()
  await expect(leader.getByTestId('figures')).toContainText('Stopped')
  await quicken()
  for (const pictures of ['hr-shard-map', 'hr-token-timeline', 'hr-answer-tokens'])
    await leader.locator(pictures).locator('summary').click()
  await expect(leader.getByTestId('token-alternatives')).toBeVisible()
  await checkScreen(leader, 'chat')
  for (const drawer of ['conversations', 'settings', 'shortcuts']) {
    await leader.getByTestId(drawer).click()
    await checkScreen(leader, `the drawer of ${drawer}`)
    await leader.keyboard.press('Escape')
  }
  await leader.getByTestId('open-present').click()
  await checkScreen(leader, 'presented')
  await leader.getByTestId('close-present').click()
  await expect(guest.getByTestId('own-share')).toBeVisible()
  await checkScreen(guest, 'guest')
  await guest.locator('hr-screen').evaluate((screen) => Object.assign(screen, { reading: false, quietMs: 1 }))
  await expect(guest.getByTestId('dimmed')).toBeVisible()
  await checkLooks(guest, 'dimmed')
  await guest.locator('hr-screen').evaluate((screen) => Object.assign(screen, { quietMs: 60_000 }))

  await leader.getByTestId('model-file').setInputFiles({
    name: 'broken.gguf',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('no model at all'),
  })
  await expect(leader.getByTestId('failure')).toBeVisible()
  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Ready', 'Ready'])
  await checkScreen(leader, 'a file refused')

  await confirm(leader.getByTestId('end-room'))
  await expect(guest.getByTestId('parted')).toBeVisible()
  await checkScreen(guest, 'parted')
})

test('somebody whose browser speaks German reads German', async ({ stage, browser }) => {
  const site = await stage.serve()
  const context = await browser.newContext({ locale: 'de-DE' })
  const page = await context.newPage()
  await page.goto(site.url)
  await expect(page.getByTestId('start-room')).toHaveText('Raum starten')
  await offerInstall(page)
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await checkScreen(page, 'start in German')
  await context.close()
})
