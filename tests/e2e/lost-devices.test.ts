// Devices that vanish or misbehave in the middle of an answer: it ends with a clear error, nothing of the conversation is lost, and the
// room goes on without them.
import type { Page } from '@playwright/test'
import { holdDownloads } from './support/held-downloads.ts'
import { makeHostile } from './support/hostile-guest.ts'
import { loadedRoom } from './support/loaded-room.ts'
import { allReady, answers, ask, confirm, deviceRows, limitAnswers, textOf } from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { waitForState } from './support/script.ts'
import { slowLane } from './support/slow-lane.ts'
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
  const { leader, guest } = await loadedRoom(stage)
  await slowLane(guest)
  await ask(leader, 'Once upon a time')
  await expect(answers(leader)).toHaveText(/\w+ \w+/)
  const release = await holdDownloads(leader)
  await guest.close()
  await expect(leader.getByText('A device left the room')).toBeVisible()
  await checkScreen(leader, 'a device lost')
  release()
  await expect(leader.getByTestId('answer-problem')).toContainText(/left the room|fell silent|lost its network/)
  expect((await textOf(answers(leader))).length).toBeGreaterThan(0)
  await expect(deviceRows(leader)).toHaveCount(1)
  await waitForState(leader, 'ready')
  await limitAnswers(leader)
  await leader.getByTestId('answer-problem').getByRole('button', { name: 'Try again' }).click()
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  await answersAgain(leader)
  await expect(leader.locator('hr-turn').first()).toContainText('Once upon a time')
})

const attacks = [
  { attack: 'garbage', words: /garbage frame/ },
  { attack: 'wrong-shape', words: /sent a partial sum of 4 bytes where \d+ were due/ },
] as const

test('a guest that answers with garbage, or with the wrong shape, ends the answer with words; the room goes on without it', async ({
  stage,
}) => {
  const { leader, guest: honest, link } = await loadedRoom(stage)
  await limitAnswers(leader)
  for (const { attack, words } of attacks) {
    const hostile = await stage.visit(link)
    await makeHostile(hostile, attack)
    await hostile.getByTestId('join').click()
    await allReady(leader, 3)
    await ask(leader, 'Once upon a time')

    await expect(leader.getByTestId('answer-problem').last()).toContainText(words)
    await answersAgain(leader)
    await expect(deviceRows(honest).first()).toBeVisible()
    await expect(deviceRows(leader).filter({ has: leader.getByTestId('device-holding') })).toHaveCount(2)
    await confirm(hostile.getByTestId('leave'))
    await expect(deviceRows(leader)).toHaveCount(2)
  }
})
