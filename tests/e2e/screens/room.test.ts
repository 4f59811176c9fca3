// A room from its first minute to its first answers, with the default model, as its leader and a guest see it.
import { defaultModelPath } from '../../support/default-model.ts'
import { holdDownloads } from '../support/held-downloads.ts'
import { answers, ask, deviceRows, joinByHand, startRoomByHand } from '../support/people.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test('an empty room, guests, a model on its way, questions and answers', async ({ stage }) => {
  const site = await stage.serve({ models: [defaultModelPath()], lan: true })
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  await expect(leader.getByTestId('load-model')).toBeEnabled()
  await shoot(leader, 'room-empty')

  const guests = [await stage.visit(link), await stage.visit(link)] as const
  for (const guest of guests) await joinByHand(guest)
  await expect(deviceRows(leader)).toHaveCount(3)
  await shoot(leader, 'room-without-a-model')
  await shoot(guests[0], 'guest-waiting')

  const release = await holdDownloads(guests[0])
  await leader.getByTestId('load-model').click()
  await expect(leader.getByTestId('room-progress')).toHaveText(/[\d.]+ MB of [\d.]+ MB/)
  await shoot(leader, 'room-loading')
  await shoot(guests[0], 'guest-loading')
  release()

  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Ready', 'Ready', 'Ready'])
  await shoot(leader, 'chat-empty')
  await ask(leader, 'What is the largest ocean on Earth?')
  await expect(leader.getByTestId('figures')).toHaveCount(1, { timeout: 60_000 })
  await ask(leader, 'Explain in a few words how rain forms, as a list of three steps.')
  await expect(answers(leader).last()).toContainText(/\w+ \w+ \w+/)
  await ask(guests[0], 'And why is it salty?')
  await expect(leader.getByTestId('waiting-question')).toHaveCount(1)
  await shoot(leader, 'answering')
  await shoot(guests[0], 'guest-asking', { from: 'hr-guest-talk' })
  await expect(leader.getByTestId('figures')).toHaveCount(3, { timeout: 100_000 })
  await shoot(leader, 'chat')
  await leader.getByTestId('answer-tokens').last().locator('summary').click()
  await expect(leader.getByTestId('token-alternatives')).toBeVisible()
  await shoot(leader, 'token-probabilities', { from: 'hr-turn:last-of-type hr-answer-tokens' })
  await expect(leader.getByTestId('hold-up')).toBeVisible()
  await shoot(leader, 'room-at-work', { from: 'hr-room-at-work', only: ['laptop'] })
  await shoot(guests[0], 'guest')
  const screen = guests[0].locator('hr-screen')
  await screen.evaluate((element) => Object.assign(element, { reading: false, quietMs: 1 }))
  await expect(guests[0].getByTestId('dimmed')).toBeVisible()
  await shoot(guests[0], 'guest-dimmed')
  await screen.evaluate((element) => Object.assign(element, { quietMs: 600_000 }))
  await leader.getByTestId('open-present').click()
  await shoot(leader, 'presented')
  await leader.getByTestId('close-present').click()

  await leader.getByTestId('settings').click()
  await shoot(leader, 'settings')
  await leader.keyboard.press('Escape')
  await leader.getByTestId('conversations').click()
  await expect(leader.getByTestId('conversation')).toHaveCount(1)
  await shoot(leader, 'conversations')
})
