// Links, rooms and servers that do not do what they should: each says so in words, and what runs goes on.
import { loadedRoom } from './support/loaded-room.ts'
import { refusedGuest } from './support/other-version.ts'
import { answers, ask, deviceRows, joinByHand, limitAnswers, startRoomByHand } from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { join, startRoom, view } from './support/script.ts'
import { expect, test } from './support/stage.ts'

test.use({ serviceWorkers: 'allow' })

test('a link whose secret was cut short is refused in words', async ({ stage }) => {
  const site = await stage.serve()
  const guest = await stage.visit(`${site.url}#/room/Yk3vTq8L`)
  await guest.getByTestId('join').click()
  await expect(guest.getByTestId('failure')).toContainText("The room link's secret has 8 characters")
  await checkScreen(guest, 'a link cut short')
  await expect(join(guest, `${site.url}#/room/Yk3vTq8L`)).rejects.toMatchObject({ code: 'bad-link' })
})

test('a link with another secret leads nowhere near the room, and the guest reads what it waits for', async ({
  stage,
}) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  const guest = await stage.visit(link.replace(/[\w-]{22}$/, 'Yk3vTq8LmZc0RxWb7HnPaA'))
  await guest.clock.install()
  await guest.getByTestId('join').click()
  await expect(guest.getByRole('heading', { level: 1 })).toHaveText('Looking for the room’s leader')
  await expect(guest.getByText('If the leader’s device is gone, wait for it or leave.')).toBeVisible()
  await expect(deviceRows(leader)).toHaveCount(1)
  await guest.clock.fastForward(25_000)
  await expect(guest.getByRole('heading', { level: 1 })).toHaveText('Nobody answers')
  await checkScreen(guest, 'a room whose leader is silent')
})

test('a guest whose page is of another version than the leader’s reads that, and reloads on one press', async ({
  stage,
}) => {
  const guest = await refusedGuest(stage)
  await checkScreen(guest, 'another version')
  const reloaded = guest.waitForEvent('load')
  await guest.getByRole('button', { name: 'Reload' }).click()
  await reloaded
})

test('a full room refuses one more device in words, and lets it in when another has left', async ({ stage }) => {
  const site = await stage.serve({ limits: { membersPerRoom: 2 } })
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  const guest = await stage.visit(link)
  await joinByHand(guest)
  const late = await stage.visit(link)
  await late.getByTestId('join').click()
  const words = late.getByTestId('failure').or(late.getByTestId('parted')).first()
  await expect(words).toContainText('This room is full: it has 2 of 2 devices.')
  await checkScreen(late, 'a full room')
  await expect(join(late, link)).rejects.toMatchObject({ code: 'room-full' })
  await guest.close()
  await expect(deviceRows(leader)).toHaveCount(1)
  await joinByHand(late)
})

test('while the server is down the room answers, newcomers are told, and afterwards they can join', async ({
  stage,
}) => {
  const { site, leader, guest, link } = await loadedRoom(stage)
  await limitAnswers(leader)
  const newcomer = await stage.visit(link)
  await expect(newcomer.getByText(/[\d.]+ .?B a second/)).toBeVisible()
  const lead = newcomer.getByTestId('lead')
  await expect(lead).toHaveText(/The room was started by \w.* It runs \w+ on 2 devices\./)
  await expect(newcomer.getByTestId('terms')).toContainText(/about \d+ kB/)
  await expect(newcomer.getByTestId('terms')).toContainText(/its share of \w+ \([\d.]+ MB in all\)/)

  await site.stop()
  for (const page of [leader, guest]) await expect(page.getByText('The server is out of reach')).toBeVisible()
  await checkScreen(leader, 'the server out of reach')
  await newcomer.getByTestId('join').click()
  await expect(
    newcomer.getByText(/The signaling server at .* does not answer\..*nobody can join until it is back/).first(),
  ).toBeVisible()
  await ask(leader, 'Once upon a time')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  await expect(answers(leader)).not.toHaveText('')
  expect((await view(leader)).devices.map(({ connection }) => connection)).toEqual(['connected', 'connected'])

  for (const page of [leader, guest]) {
    const tried = page.waitForEvent('websocket')
    await page.getByRole('button', { name: 'Try now' }).click()
    await tried
    await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible()
  }
  await site.start()
  for (const page of [leader, guest]) await expect(page.getByText('The server is out of reach')).toBeHidden()
  for (const page of [leader, guest]) await expect(page.getByText('The server does not answer')).toBeHidden()
  await newcomer.getByTestId('join').click()
  await expect(deviceRows(leader)).toHaveCount(3)
})

test('a script that leads two rooms at once is refused', async ({ stage }) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await startRoom(leader)
  await expect(startRoom(leader)).rejects.toMatchObject({ code: 'bad-input' })
})
