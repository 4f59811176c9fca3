// The room that the README promises: three devices, the default model, over https.
import { defaultModelPath } from '../support/default-model.ts'
import { answers, ask, deviceRows, joinByHand, loadByHand, startRoomByHand } from './support/people.ts'
import { expect, test } from './support/stage.ts'

test('three devices answer with the default model, and their page shows it', async ({ stage }) => {
  test.setTimeout(180_000)
  const site = await stage.serve({ models: [defaultModelPath()], lan: true })
  const leader = await stage.visit(site.url)
  const link = await startRoomByHand(leader)
  for (const _ of [1, 2]) await joinByHand(await stage.visit(link))
  await expect(deviceRows(leader)).toHaveCount(3)
  await loadByHand(leader, 3)
  await ask(leader, 'What is the largest ocean on Earth?')
  await expect(leader.getByTestId('figures')).toHaveCount(1, { timeout: 60_000 })
  await expect(answers(leader)).toContainText('Pacific')
  await expect(leader.getByTestId('figures')).toContainText(/[\d.]+ tokens\/s/)
  await ask(leader, 'What is HTML?')
  await expect(leader.getByTestId('figures')).toHaveCount(2, { timeout: 100_000 })
  await expect(answers(leader).last()).toContainText('HyperText Markup Language', { ignoreCase: true })
})
