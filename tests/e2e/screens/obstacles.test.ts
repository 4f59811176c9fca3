// What can keep a device out: an address that is not secure, a refused camera, no executor, a page of another version, a full storage.
import { chromium } from '@playwright/test'
import { defaultModelPath } from '../../support/default-model.ts'
import { launchOptions } from '../support/launch.ts'
import { loadedRoom } from '../support/loaded-room.ts'
import { refusedGuest } from '../support/other-version.ts'
import { answers, ask, confirm, limitAnswers, startRoomByHand } from '../support/people.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test('an address that is not secure, a refused camera', async ({ stage }) => {
  const site = await stage.serve()
  const { args, ...options } = launchOptions.launchOptions
  const own = ['--use-fake-device-for-media-stream', '--host-resolver-rules=MAP headroom.example 127.0.0.1']
  const browser = await chromium.launch({ ...options, args: [...args, ...own] })
  try {
    const page = await browser.newPage()
    await page.goto(site.url.replace(/localhost|127\.0\.0\.1/, 'headroom.example'))
    await expect(page.getByText('This address is not secure')).toBeVisible()
    await shoot(page, 'not-secure')
    await page.goto(site.url)
    await page.getByTestId('scan').click()
    await expect(page.getByTestId('scanner')).toContainText('The camera is not allowed')
    await shoot(page, 'camera-refused')
  } finally {
    await browser.close()
  }
})

test('a device that cannot compute, and reads along; the start page afterwards', async ({ stage }) => {
  const { leader, link } = await loadedRoom(stage)
  await limitAnswers(leader)
  await ask(leader, 'Once upon a time')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  const { args, ...options } = launchOptions.launchOptions
  const browser = await chromium.launch({ ...options, args: args.filter((arg) => !arg.includes('webgpu')) })
  try {
    const watcher = await browser.newPage()
    await watcher.goto(link.replace('#', '?executor=webgpu#'))
    await expect(watcher.getByTestId('watch')).toBeVisible()
    await shoot(watcher, 'cannot-join')
    await watcher.getByTestId('watch').click()
    await expect(watcher.getByTestId('answer')).not.toHaveText('')
    await shoot(watcher, 'guest-reading')
    await confirm(leader.getByTestId('end-room'))
    await expect(leader.getByTestId('known-rooms')).toBeVisible()
    await shoot(leader, 'start-again')
    await leader.getByTestId('read-conversations').click()
    await expect(answers(leader)).not.toHaveText('')
    await shoot(leader, 'conversations-read')
  } finally {
    await browser.close()
  }
})

test('a page of another version', async ({ stage }) => {
  const guest = await refusedGuest(stage)
  await shoot(guest, 'other-version')
})

test('a full storage', async ({ stage }) => {
  const site = await stage.serve({ models: [defaultModelPath()] })
  const leader = await stage.visit(site.url)
  await startRoomByHand(leader)
  const session = await leader.context().newCDPSession(leader)
  const { origin } = new URL(leader.url())
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 20_000_000 })
  await leader.getByTestId('load-model').click()
  await expect(leader.locator('hr-room-state hr-notice').first()).toContainText(/storage/i)
  await shoot(leader, 'storage-full')
})
