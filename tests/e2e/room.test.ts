// A room as people make it: a link, one tap, a model, a conversation, a parting.
import { lanAddresses } from '../../signaling/lan.ts'
import { holdDownloads } from './support/held-downloads.ts'
import { loadedRoom } from './support/loaded-room.ts'
import {
  allReady,
  answers,
  ask,
  confirm,
  deviceRows,
  joinByHand,
  limitAnswers,
  startRoomByHand,
  textOf,
} from './support/people.ts'
import { showsItsWork } from './support/room-at-work.ts'
import { checkScreen } from './support/screen-checks.ts'
import { waitForState } from './support/script.ts'
import { slowLane } from './support/slow-lane.ts'
import { expect, test } from './support/stage.ts'

test('two people form a room by its link, try a share again that did not come, see the model come, stop an answer, begin a new chat and get an answer with its figures', async ({
  stage,
}) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  expect(leader.url()).toBe(link)
  await expect(leader.getByRole('img', { name: 'QR code of the room’s link' })).toBeVisible()

  const guest = await stage.visit(link)
  await expect(guest.getByTestId('lead')).toHaveText(/The room was started by \w.*It has no model yet/)
  await joinByHand(guest)
  await expect(deviceRows(leader)).toHaveCount(2)
  for (const row of await deviceRows(leader).all()) {
    await expect(row).toContainText('CPU (WebAssembly)')
    await expect(row).toContainText(/[\d.]+ [MG]B\/s weights/)
    await expect(row.getByTestId('device-status')).toHaveText('Waiting')
  }
  await expect(deviceRows(guest)).toHaveCount(2)

  const models = '**/models/*.gguf*'
  await guest.context().route(models, (route) => route.fulfill({ status: 404 }))
  await leader.getByTestId('load-model').click()
  const trouble = leader.getByTestId('load-trouble')
  await expect(trouble).toContainText('could not take its share')
  await expect(trouble).toContainText('The room goes on without it.')
  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Ready', 'Failed'])
  await checkScreen(leader, 'a share that did not come')
  await guest.context().unroute(models)
  const release = await holdDownloads(guest)
  await trouble.getByTestId('load-again').click()
  await expect(trouble).toBeHidden()
  await expect(leader.getByTestId('room-progress')).toHaveText(/[\d.]+ [kM]?B of [\d.]+ [kM]B/)
  await expect(guest.getByRole('heading', { level: 1 })).toHaveText('Fetching this device’s share')
  for (const page of [leader, guest])
    await expect(deviceRows(page).nth(1).getByTestId('device-status')).toHaveText('Loading')
  release()
  await allReady(leader, 2)
  for (const row of await deviceRows(leader).all())
    await expect(row.getByTestId('device-holding')).toHaveText(/\d [kM]B.*head.*column.*vocabulary row/)
  await expect(leader.getByTestId('model')).toContainText('every byte checked')
  await expect(guest.getByTestId('own-share')).toHaveText(/\d [kM]B/)

  const quicken = await slowLane(guest)
  await ask(leader, 'There was a cat')
  await expect(leader.getByTestId('stop')).toBeVisible()
  await expect(answers(leader)).not.toHaveText('')
  const early = await textOf(answers(leader))
  await expect.poll(async () => (await textOf(answers(leader))).length).toBeGreaterThan(early.length)
  await leader.getByTestId('stop').click()
  await expect(leader.getByTestId('figures')).toContainText('Stopped')
  expect((await textOf(answers(leader))).startsWith(early)).toBe(true)
  await quicken()
  await limitAnswers(leader)
  await ask(leader, 'The dog')
  await expect(leader.getByTestId('figures')).toHaveCount(2)

  await leader.getByTestId('new-chat').click()
  await expect(answers(leader)).toHaveCount(0)
  await ask(leader, 'Once upon a time')
  await expect(answers(leader)).toHaveText(/\w+ \w+/)
  await expect(leader.getByTestId('figures')).toHaveText(/[\d.]+ tokens\/s.*first after [\d.]+ m?s.*\d+ tokens/)
  await expect(leader.getByTestId('answer-problem')).toHaveCount(0)
  await showsItsWork(leader, guest)
})

test('a device that joins later takes a share, one leaves, one is removed and cannot come back, and the end of the room is told; it answers all the while', async ({
  stage,
}) => {
  const { leader, guest, link } = await loadedRoom(stage)
  await limitAnswers(leader)
  const answersOn = async (devices: number) => {
    await expect(deviceRows(leader)).toHaveCount(devices)
    await waitForState(leader, 'ready')
    const before = await answers(leader).count()
    await ask(leader, 'Once upon a time')
    await expect(leader.getByTestId('figures')).toHaveCount(before + 1)
    await expect(answers(leader).last()).not.toHaveText('')
  }
  const scannedAtMs = Date.now()
  const late = await stage.visit(link)
  await late.getByTestId('join').click()
  await expect(late.getByTestId('own-share')).toHaveText(/\d [kM]B/)
  const carriesAfterMs = Date.now() - scannedAtMs
  expect(carriesAfterMs, 'milliseconds from the scan until the device carries a share').toBeLessThan(15_000)
  await allReady(leader, 3)
  await answersOn(3)

  await confirm(guest.getByTestId('leave'))
  await expect(guest.getByTestId('start-room')).toBeVisible()
  await answersOn(2)

  await confirm(leader.getByTestId('remove-device'))
  await expect(late.getByTestId('parted')).toContainText('The leader removed this device from the room.')
  await answersOn(1)
  await late.getByTestId('join').click()
  await expect(late.getByTestId('parted').or(late.getByTestId('failure')).first()).toContainText('removed this device')
  await expect(deviceRows(leader)).toHaveCount(1)

  await guest.goto(link)
  await guest.getByTestId('join').click()
  await allReady(leader, 2)
  await confirm(leader.getByTestId('end-room'))
  await expect(leader.getByTestId('start-room')).toBeVisible()
  await expect(guest.getByTestId('parted')).toContainText('The leader ended the room.')
  await guest.getByTestId('back-to-start').click()
  await expect(guest.getByTestId('start-room')).toBeVisible()
})

test('the leader on localhost invites by a LAN address, where a guest joins over https with the server’s own certificate', async ({
  stage,
}) => {
  test.skip(
    lanAddresses().length === 0,
    'This machine has no network besides loopback, so there is no LAN address to invite to.',
  )
  const site = await stage.serve({ lan: true })
  const leader = await stage.visit(site.url)
  expect(new URL(leader.url()).hostname).toBe('localhost')
  const link = await startRoomByHand(leader)
  expect(new URL(link).origin).toBe(new URL(site.lanUrls[0]!.url).origin)
  const guest = await stage.visit(link)
  expect(new URL(guest.url()).protocol).toBe('https:')
  await joinByHand(guest)
  await expect(deviceRows(leader)).toHaveCount(2)
})
