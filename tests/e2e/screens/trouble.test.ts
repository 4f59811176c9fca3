// What goes wrong, in the page's own words: devices lost, a server out of reach, rooms that ended, models that are none or too large.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLargeModel } from '../support/large-model.ts'
import { loadedRoom } from '../support/loaded-room.ts'
import { answers, ask, confirm, deviceRows, startRoomByHand } from '../support/people.ts'
import { formRoom } from '../support/script.ts'
import { storiesPath } from '../support/site.ts'
import { whereMemoryIsFull } from '../support/small-memory.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test.use({ serviceWorkers: 'allow' })

test('a guest lost in the middle of an answer, a server out of reach, a room that ended', async ({ stage }) => {
  const { site, leader, guest, link } = await loadedRoom(stage)
  await ask(leader, 'Once upon a time')
  await expect(answers(leader)).toHaveText(/\w+ \w+/)
  await guest.close()
  await expect(leader.getByTestId('answer-problem')).toBeVisible()
  await shoot(leader, 'device-lost')

  const late = await stage.visit(link)
  await late.getByTestId('join').click()
  await expect(deviceRows(leader)).toHaveCount(2)
  await site.stop()
  await expect(leader.getByText('The server is out of reach')).toBeVisible()
  await shoot(leader, 'server-gone')
  await confirm(leader.getByTestId('end-room'))
  await expect(late.getByTestId('parted')).toBeVisible()
  await shoot(late, 'room-ended')
})

test('a broken file, a model larger than the room', async ({ stage }) => {
  const directory = await mkdtemp(join(tmpdir(), 'headroom-large-'))
  const path = join(directory, 'seven-billion.gguf')
  await writeLargeModel(path)
  try {
    const site = await stage.serve()
    // As int4 two tabs would hold it.
    const [leader] = await formRoom(stage, site, { tabs: 2, query: 'weights=int8' })
    await leader.getByTestId('model-file').setInputFiles(path)
    await expect(leader.locator('hr-models').getByTestId('fit')).toContainText('are missing')
    await shoot(leader, 'model-too-large', { from: 'hr-models' })
    const file = { name: 'broken.gguf', mimeType: 'application/octet-stream', buffer: Buffer.from('no model at all') }
    await leader.getByTestId('model-file').setInputFiles(file)
    await expect(leader.getByText(/broken\.gguf/).first()).toBeVisible()
    await shoot(leader, 'broken-model')
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('a link whose room is gone', async ({ stage }) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  await confirm(leader.getByTestId('end-room'))
  const late = await stage.visit(link)
  await late.getByTestId('join').click()
  await expect(late.getByRole('heading', { level: 1 })).toHaveText('Nobody answers', { timeout: 40_000 })
  await shoot(late, 'room-gone')
})

test('a device whose memory is full', ({ stage }) =>
  whereMemoryIsFull(stage, async (leader, guest) => {
    await shoot(leader, 'out-of-memory')
    await shoot(guest, 'guest-out-of-memory')
  }))

test('a device that cannot fetch its share, and a room that was reloaded after it ran a file', async ({ stage }) => {
  const site = await stage.serve()
  const [leader, guest] = await formRoom(stage, site, { tabs: 2 })
  await guest!.context().route('**/models/*.gguf*', (route) => route.fulfill({ status: 404 }))
  await leader.getByTestId('load-model').click()
  await expect(leader.getByTestId('load-trouble')).toContainText('The room goes on without it.')
  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Ready', 'Failed'])
  await shoot(leader, 'share-failed')
  await leader.getByTestId('model-file').setInputFiles(storiesPath)
  await expect(leader.getByTestId('model')).toContainText('stories260K.gguf')
  await leader.reload()
  await expect(leader.getByTestId('last-model')).toBeVisible()
  await shoot(leader, 'last-model', { from: 'hr-models' })
})

test('a full room', async ({ stage }) => {
  const site = await stage.serve({ limits: { membersPerRoom: 1 } })
  const leader = await stage.visit(site.url)
  const late = await stage.visit(await startRoomByHand(leader))
  await late.getByTestId('join').click()
  await expect(late.getByText('This room is full').first()).toBeVisible()
  await shoot(late, 'room-full')
})
