// What guests do besides computing: they read along, ask, pause, and watch where their browser cannot compute.
import { chromium, type Page } from '@playwright/test'
import { launchOptions } from './support/launch.ts'
import { loadedRoom } from './support/loaded-room.ts'
import { answers, ask, confirm, deviceRows, limitAnswers } from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { view, waitForState } from './support/script.ts'
import { expect, test } from './support/stage.ts'

test('a guest asks and everybody reads the answer; paused, its share is the others’ and it reads on; a device that cannot compute and one without data channels do so too', async ({
  stage,
}) => {
  const { leader, guest, link } = await loadedRoom(stage)
  await limitAnswers(leader)
  await ask(leader, 'Once upon a time')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  await expect(answers(guest)).not.toHaveText('')

  await ask(guest, 'There was a girl')
  await expect(leader.getByTestId('figures')).toHaveCount(2)
  await expect(leader.getByTestId('question')).toHaveText(['Once upon a time', 'There was a girl'])
  await expect(leader.getByTestId('asker').nth(1)).toHaveText(/ asked$/)
  await expect(guest.getByTestId('question')).toHaveText(['Once upon a time', 'There was a girl'])
  await expect(answers(guest)).toHaveText(await answers(leader).allTextContents())

  await guest.getByTestId('pause-device').click()
  await expect(deviceRows(leader).nth(1).getByTestId('device-status')).toHaveText('Paused')
  await leader.waitForFunction(() => globalThis.headroom!.view.plan?.deviceIds.length === 1)
  await waitForState(leader, 'ready')
  await guest.waitForFunction(() => globalThis.headroom!.view.devices.every(({ holding }) => holding === null))
  await checkScreen(guest, 'a guest that paused')
  await ask(leader, 'The end of')
  await expect(leader.getByTestId('figures')).toHaveCount(3)
  await expect(answers(guest)).toHaveText(await answers(leader).allTextContents())
  await guest.getByTestId('resume-device').click()
  await leader.waitForFunction(() => globalThis.headroom!.view.plan?.deviceIds.length === 2)

  const { args, ...options } = launchOptions.launchOptions
  const browser = await chromium.launch({ ...options, args: args.filter((arg) => !arg.includes('webgpu')) })
  try {
    const watcher = await browser.newPage()
    await watcher.goto(link.replace('#', '?executor=webgpu#'))
    await expect(watcher.getByTestId('cannot-join')).toBeVisible()
    await checkScreen(watcher, 'a device that cannot compute')
    await watcher.getByTestId('watch').click()
    await expect(watcher.getByRole('heading', { level: 1 })).toHaveText('You read along')
    await expect(deviceRows(leader).nth(2).getByTestId('device-status')).toHaveText('Reads along')
    await expect(answers(watcher)).toHaveText(await answers(leader).allTextContents())
    await watcher.reload()
    await expect(watcher.getByRole('heading', { level: 1 })).toHaveText('You read along')
    await ask(watcher, 'And then')
    await expect(leader.getByTestId('figures')).toHaveCount(4)
    await expect(answers(watcher)).toHaveText(await answers(leader).allTextContents())
    expect((await view(leader)).plan?.deviceIds).toHaveLength(2)
    await readsAlongOverTheServer(await browser.newPage(), leader, link)
  } finally {
    await browser.close()
  }
})

/** `page` is left without WebRTC, as by a policy or a lockdown. */
async function readsAlongOverTheServer(page: Page, leader: Page, link: string): Promise<void> {
  const passed: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => passed.push(payload.toString()))
    socket.on('framereceived', ({ payload }) => passed.push(payload.toString()))
  })
  await page.addInitScript(() => {
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) Reflect.deleteProperty(globalThis, name)
  })
  await page.goto(link)
  await expect(page.getByTestId('cannot-join')).toContainText('no WebRTC data channels')
  await checkScreen(page, 'a browser without data channels')
  await page.getByTestId('watch').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You read along')
  await expect(answers(page)).toHaveText(await answers(leader).allTextContents())
  await ask(page, 'The last one')
  await expect(leader.getByTestId('figures')).toHaveCount(5)
  await expect(answers(page)).toHaveText(await answers(leader).allTextContents())
  expect(passed.length).toBeGreaterThan(5)
  expect(passed.filter((text) => /last one|Once upon/.test(text))).toEqual([])
  await confirm(page.getByTestId('leave'))
  await expect(deviceRows(leader)).toHaveCount(3)
}
