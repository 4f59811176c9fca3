// What the page offers of itself: a place among the device's apps, and a newer version.
import { installByHand, offerInstall } from '../support/installing.ts'
import { copyBuild } from '../support/next-build.ts'
import { startRoomByHand } from '../support/people.ts'
import { expect, test } from '../support/stage.ts'
import { shoot } from './shoot.ts'

test('installing, by the browser’s prompt and by hand; a newer version', async ({ stage }) => {
  const build = await copyBuild()
  try {
    const site = await stage.serve({ webDirectory: build.folder })
    const visitor = await stage.visit(site.url)
    await expect(visitor.getByText('Measured speed')).toBeVisible()
    await visitor.evaluate(() => navigator.serviceWorker.ready)
    await installByHand(visitor)
    await shoot(visitor, 'install-by-hand', { from: 'hr-install' })
    await offerInstall(visitor)
    await shoot(visitor, 'install', { from: 'hr-install' })

    await startRoomByHand(visitor)
    await build.becomeVersion('0.2.0')
    const other = await visitor.context().newPage()
    await other.goto(site.url)
    await expect(visitor.getByTestId('update')).toBeVisible()
    await shoot(visitor, 'new-version')
  } finally {
    await build.close()
  }
})
