// Models from a hub: found by words, and told to fit before anything is loaded.
import { resolve } from 'node:path'
import { serveHub } from '../../support/hub-server.ts'
import { startRoomByHand } from '../support/people.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test('a hub searched, a model that fits the room', async ({ stage }) => {
  const folder = resolve('tests/fixtures/llama-gqa')
  const hub = await serveHub({
    'tests/llama': { folder, downloads: 48_100, tags: ['safetensors', 'license:mit'] },
    'tests/llama-instruct': { folder, downloads: 9_300, tags: ['safetensors', 'license:apache-2.0'] },
    'others/small-llama': { folder, downloads: 720, gated: 'auto', tags: ['safetensors'] },
  })
  try {
    const site = await stage.serve({ hub })
    const leader = await stage.visit(site.url)
    await startRoomByHand(leader)
    await leader.getByText(/^A model from 127/).click()
    await leader.getByTestId('hub-words').fill('llama')
    await leader.keyboard.press('Enter')
    const found = leader.getByTestId('hub-found')
    await expect(found.getByRole('button')).toHaveCount(3)
    await shoot(leader, 'hub-search', { from: 'hr-hub' })
    await found.getByRole('button', { name: /^tests\/llama / }).click()
    await leader.getByTestId('hub-models').getByRole('button', { name: 'All of it' }).click()
    await expect(leader.getByTestId('fit')).toContainText('It fits this room')
    await shoot(leader, 'model-fits', { from: 'hr-hub' })
  } finally {
    await hub.close()
  }
})
