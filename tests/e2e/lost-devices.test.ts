// Devices that vanish or misbehave in the middle of an answer: it ends with a clear error, nothing of the conversation is lost, and the
// room goes on without them.
import type { Page } from '@playwright/test'
import { makeHostile } from './support/hostile-guest.ts'
import { answers, ask, deviceRows, joinByHand, loadByHand, startRoomByHand, textOf } from './support/people.ts'
import { roomOfTwo } from './support/room-of-two.ts'
import { waitForState } from './support/script.ts'
import { expect, test } from './support/stage.ts'

/** The room answers again, with everything that was said before. */
async function answersAgain(leader: Page) {
  await waitForState(leader, 'ready')
  const turnsBefore = await leader.locator('hr-turn').count()
  await ask(leader, 'And the cat')
  await expect(leader.locator('hr-turn')).toHaveCount(turnsBefore + 2)
  await expect(leader.locator('hr-turn').last().getByTestId('figures')).toBeVisible()
  await expect(leader.locator('hr-turn').last().getByTestId('answer')).not.toHaveText('')
}

test('a guest whose tab is closed in the middle of an answer ends it with words; the next answer comes without it', async ({
  stage,
}) => {
  const { leader, guest } = await roomOfTwo(stage)
  await ask(leader, 'Once upon a time')
  await expect(answers(leader)).toHaveText(/\w+ \w+/)
  await guest.close()

  await expect(leader.getByTestId('answer-problem')).toContainText(/left the room|fell silent|lost its network/)
  expect((await textOf(answers(leader))).length).toBeGreaterThan(0)
  await expect(deviceRows(leader)).toHaveCount(1)
  await waitForState(leader, 'ready')
  await leader.getByTestId('answer-problem').getByRole('button', { name: 'Try again' }).click()
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  await answersAgain(leader)
  await expect(leader.locator('hr-turn').first()).toContainText('Once upon a time')
})

for (const { attack, words } of [
  { attack: 'garbage', words: /garbage frame/ },
  { attack: 'wrong-shape', words: /sent a partial sum of 4 bytes where \d+ were due/ },
] as const) {
  test(`a guest that answers with ${attack} ends the answer with words; the room goes on without it`, async ({
    stage,
  }) => {
    test.setTimeout(90_000)
    const site = await stage.serve()
    const leader = await stage.visit(site.url)
    const link = await startRoomByHand(leader)
    const [honest, hostile] = [await stage.visit(link), await stage.visit(link)]
    await joinByHand(honest)
    await expect(deviceRows(leader)).toHaveCount(2)
    await makeHostile(hostile, attack)
    await joinByHand(hostile)
    await expect(deviceRows(leader)).toHaveCount(3)
    await loadByHand(leader, 3)
    await ask(leader, 'Once upon a time')

    await expect(leader.getByTestId('answer-problem')).toContainText(words)
    await answersAgain(leader)
    await expect(deviceRows(honest).first()).toBeVisible()
    await expect(deviceRows(leader).filter({ has: leader.getByTestId('device-holding') })).toHaveCount(2)
  })
}
