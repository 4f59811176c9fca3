// Before a room: the first screen, a link, and what can stand in their way.
import { startRoomByHand } from '../support/people.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test('start, a camera that is missing, a link that leads nowhere, an invitation', async ({ stage }) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await expect(leader.getByText('Measured speed')).toBeVisible()
  await shoot(leader, 'start')
  await leader.getByTestId('scan').click()
  await expect(leader.getByTestId('scanner')).toContainText('This device has no camera')
  await shoot(leader, 'camera-missing')
  await leader.keyboard.press('Escape')
  await leader.getByTestId('link-field').fill('https://example.org/')
  await leader.getByTestId('open-link').click()
  await expect(leader.getByTestId('failure')).toBeVisible()
  await shoot(leader, 'wrong-link')

  const link = await startRoomByHand(leader)
  const guest = await stage.visit(link)
  await expect(guest.getByText(/[\d.]+ .?B a second/)).toBeVisible()
  await expect(guest.getByTestId('lead')).toContainText('The room was started by')
  await shoot(guest, 'join')
})
