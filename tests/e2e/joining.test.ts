// Ways into a room besides opening its link: words that somebody reads aloud, and a code before this device's own camera.
import { joinByHand, startRoomByHand } from './support/people.ts'
import { expect, test } from './support/stage.ts'

test('twelve words that the leader reads aloud lead into the room', async ({ stage }) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await startRoomByHand(leader)
  await leader.getByTestId('room-words').locator('summary').click()
  const items = leader.getByTestId('room-words').getByRole('listitem')
  await expect(items).toHaveCount(12)
  const words = await items.allTextContents()

  const guest = await stage.visit(site.url)
  await guest.getByTestId('link-field').fill(words.toReversed().join(' '))
  await guest.getByTestId('open-link').click()
  await expect(guest.getByTestId('failure')).toContainText('This link leads to no room')
  await guest.getByTestId('link-field').fill(words.join(' ').toUpperCase())
  await guest.getByTestId('open-link').click()
  await joinByHand(guest)
})
