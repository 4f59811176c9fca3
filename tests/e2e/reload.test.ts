// A reload is no parting: the tab remembers its room, the conversation and what it has downloaded.
import { answers, ask, deviceRows, loadByHand, textOf } from './support/people.ts'
import { roomOfTwo } from './support/room-of-two.ts'
import { formRoom, load, view, waitForDevices, waitForState } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, test } from './support/stage.ts'

test('a leader who reloads leads the same room, with its conversation, and the guest is there again', async ({
  stage,
}) => {
  const { leader, link } = await roomOfTwo(stage)
  await ask(leader, 'Once upon a time')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  const answer = await textOf(answers(leader))

  await leader.reload()
  await expect(leader.getByTestId('room-link')).toHaveValue(link)
  await expect(answers(leader)).toHaveText(answer)
  await expect(deviceRows(leader)).toHaveCount(2)
  await loadByHand(leader, 2)
  await ask(leader, 'And then')
  await expect(leader.getByTestId('figures')).toHaveCount(2)
})

test('a guest who reloads is back as the same device, and gets its share again', async ({ stage }) => {
  const { leader, guest } = await roomOfTwo(stage)
  const id = (await view(leader)).devices[1]?.deviceId

  await guest.reload()
  await expect(guest.getByTestId('own-share')).toBeVisible()
  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Ready', 'Ready'])
  expect((await view(leader)).devices[1]?.deviceId).toBe(id)
  await ask(leader, 'Once upon a time')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
})

test('nothing is downloaded twice: after a reload both tabs load from their own storage', async ({ stage }) => {
  const site = await stage.serve()
  const [leader, guest] = await formRoom(stage, site, { tabs: 2, query: 'shares=1,1' })
  await load(leader, storiesId)
  expect((await view(leader)).devices.every(({ report }) => report && report.downloadedBytes > 0)).toBe(true)
  const answersWithTensors = () =>
    site.sent.filter(({ url, headers }) => /[?&]first=/.test(url) || headers.range !== undefined).length
  expect(answersWithTensors()).toBeGreaterThan(0)

  await guest!.reload()
  await leader.reload()
  await waitForDevices(leader, 2)
  site.forgetBytes()
  await load(leader, storiesId)
  await waitForState(leader, 'ready')
  const { devices } = await view(leader)
  expect(devices.map(({ report }) => report?.downloadedBytes)).toEqual([0, 0])
  expect(answersWithTensors()).toBe(0)
})
