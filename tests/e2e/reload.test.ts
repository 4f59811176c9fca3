// A reload is no parting: the tab remembers its room, the conversation and what it has downloaded.
import { loadedRoom } from './support/loaded-room.ts'
import { allReady, answers, ask, deviceRows, limitAnswers, loadByHand, textOf } from './support/people.ts'
import { view } from './support/script.ts'
import { expect, test } from './support/stage.ts'

test.use({ firstWindow: 'phone' })

test('a guest is back as the same device with its share, the leader in the same room with its conversation, and nothing is downloaded twice', async ({
  stage,
}) => {
  const { site, leader, guest, link } = await loadedRoom(stage, { query: 'shares=1,1' })
  await limitAnswers(leader)
  const downloaded = async () => (await view(leader)).devices.map(({ report }) => report?.downloadedBytes)
  const answersWithTensors = () =>
    site.sent.filter(({ url, headers }) => /[?&]first=/.test(url) || headers.range !== undefined).length
  for (const bytes of await downloaded()) expect(bytes).toBeGreaterThan(0)
  expect(answersWithTensors()).toBeGreaterThan(0)
  const id = (await view(leader)).devices[1]?.deviceId

  await guest.reload()
  await expect(guest.getByTestId('own-share')).toBeVisible()
  await allReady(leader, 2)
  expect((await downloaded())[1]).toBe(0)
  expect((await view(leader)).devices[1]?.deviceId).toBe(id)
  await ask(leader, 'Once upon a time')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  const answer = await textOf(answers(leader))

  site.forgetBytes()
  await leader.reload()
  await expect(leader.getByTestId('room-link')).toHaveValue(new RegExp(`${new URL(link).hash}$`))
  await expect(answers(leader)).toHaveText(answer)
  await expect(deviceRows(leader)).toHaveCount(2)
  await loadByHand(leader, 2)
  expect(await downloaded()).toEqual([0, 0])
  expect(answersWithTensors()).toBe(0)
  await ask(leader, 'And then')
  await expect(leader.getByTestId('figures')).toHaveCount(2)
})
