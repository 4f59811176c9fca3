// The room that the README promises: three devices, the default model, over https.
import { defaultModelPath } from '../support/default-model.ts'
import { loadedRoom } from './support/loaded-room.ts'
import { answers, ask } from './support/people.ts'
import { expect, test } from './support/stage.ts'

test('three devices answer with the default model, and their page shows it', async ({ stage }) => {
  const { leader } = await loadedRoom(stage, { devices: 3, models: [defaultModelPath()], lan: true })
  await ask(leader, 'What is the largest ocean on Earth?')
  await expect(leader.getByTestId('figures')).toHaveCount(1)
  await expect(answers(leader)).toContainText('Pacific')
  await expect(leader.getByTestId('figures')).toContainText(/[\d.]+ tokens\/s/)
  await ask(leader, 'What is HTML?')
  const last = answers(leader).last()
  await expect(last).toContainText('HyperText Markup Language', { ignoreCase: true })
})
