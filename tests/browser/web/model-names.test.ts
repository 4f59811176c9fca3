// A model is called by its name in the server's list, on every screen that speaks of it.
import { beforeEach, expect, test } from 'vitest'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import '../../../web/hr-room.ts'
import '../../../web/models/hr-kept.ts'
import { openApp, rendered } from './open-app.ts'
import { byTestId, link, must, readyView, roomView, wordsOf } from './page-support.ts'

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})

test('whoever opens a link reads the name of the room’s model', async () => {
  const { app, system } = await openApp()
  system.sign = {
    startedBy: 'Laptop',
    devices: 2,
    weightBytesPerSecond: 1e9,
    model: { name: 'small', sizeBytes: 98e6 },
  }
  location.hash = new URL(link).hash
  await expect.poll(() => wordsOf(app)).toContain('It runs Small on 2 devices.')
  expect(wordsOf(app)).not.toContain('small (')
})

test('a guest reads it while it serves', async () => {
  const { app, system } = await openApp()
  system.show(roomView({ role: 'guest', state: { kind: 'ready', modelId: 'small' } }))
  await rendered(app)
  expect(wordsOf(app)).toContain('this device works on Small with the others')
})

test('the projector and the list of what is kept show it', async () => {
  const { app, system } = await openApp()
  system.show(readyView)
  await rendered(app)
  must(byTestId(app.renderRoot, 'open-present')).click()
  await rendered(app)
  expect(wordsOf(must(must(app.renderRoot.querySelector('hr-room')).renderRoot.querySelector('hr-present')))).toContain(
    '2 devices run Small',
  )
  expect(wordsOf(must(byTestId(app.renderRoot, 'kept')))).toContain('Small')
})
