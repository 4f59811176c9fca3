// A newer version of the page: it waits until somebody wants it, and what runs goes on until then.
import { copyBuild } from './support/next-build.ts'
import {
  allReady,
  answers,
  ask,
  deviceRows,
  joinByHand,
  limitAnswers,
  loadByHand,
  startRoomByHand,
} from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { expect, test } from './support/stage.ts'

test.use({ serviceWorkers: 'allow' })

test('a newer version is told in a room that runs on, and one press reloads into it, into the same room', async ({
  stage,
  browser,
}) => {
  const build = await copyBuild()
  const phone = await browser.newContext({ serviceWorkers: 'block' })
  try {
    const site = await stage.serve({ webDirectory: build.folder })
    const leader = await stage.visit(site.url)
    const link = await startRoomByHand(leader)
    const guest = await phone.newPage()
    await guest.goto(link)
    await joinByHand(guest)
    await expect(deviceRows(leader)).toHaveCount(2)
    await loadByHand(leader, 2)
    await limitAnswers(leader)
    await leader.evaluate(() => navigator.serviceWorker.ready)
    await expect(leader.getByText('Headroom 0.1.0')).toBeVisible()
    await build.becomeVersion('0.2.0')

    // A browser looks for a newer worker whenever somebody opens the page, in whatever tab.
    const other = await leader.context().newPage()
    await other.goto(site.url)
    const update = leader.getByTestId('update')
    await expect(update).toContainText('A new version is here')
    await checkScreen(leader, 'a newer version')
    await ask(leader, 'Once upon a time')
    await expect(leader.getByTestId('figures')).toHaveCount(1)
    await expect(answers(leader)).not.toHaveText('')
    await allReady(leader, 2)
    await expect(leader.getByText('Headroom 0.1.0')).toBeVisible()

    await update.getByRole('button').click()
    await expect(leader.getByText('Headroom 0.2.0')).toBeVisible()
    await expect(update).toHaveCount(0)
    expect(leader.url()).toBe(link)
    await expect(leader.getByTestId('figures')).toHaveCount(1)
    await expect(deviceRows(leader)).toHaveCount(2)
    await expect(other.getByTestId('update')).toBeVisible()
  } finally {
    await phone.close()
    await build.close()
  }
})
