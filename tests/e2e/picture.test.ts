// The picture of the README: a real room that answers. Taken only on request, so that runs do not change the repository.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keptCertificate } from '../../signaling/certificate.ts'
import { lanAddresses } from '../../signaling/lan.ts'
import { projectRoot } from '../../tools/ensure-built.ts'
import { defaultModelPath } from '../support/default-model.ts'
import { answers, ask, deviceRows, joinByHand, loadByHand, startRoomByHand } from './support/people.ts'
import { expect, test } from './support/stage.ts'

test('three devices answer with the default model, and their page shows it', async ({ stage }) => {
  test.setTimeout(180_000)
  const directory = await mkdtemp(join(tmpdir(), 'headroom-certificate-'))
  try {
    const addresses = lanAddresses().map(({ address }) => address)
    const certificate = await keptCertificate(directory, addresses)
    const site = await stage.serve({ models: [defaultModelPath()], host: '0.0.0.0', certificate })
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
    if (process.env.HEADROOM_SCREENSHOT !== '1') return
    await mkdir(join(projectRoot, 'docs'), { recursive: true })
    await leader.getByTestId('prompt').blur()
    await leader.evaluate(() => scrollTo(0, 0))
    await leader.screenshot({ path: join(projectRoot, 'docs/room.png') })
  } finally {
    await rm(directory, { recursive: true })
  }
})
