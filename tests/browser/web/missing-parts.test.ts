// Code of the page that cannot be fetched: the page says so and offers a way on.
import { expect, onTestFinished, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { HrStart } from '../../../web/hr-start.ts'
import { texts } from '../../../web/texts/texts.ts'
import { heldNavigations } from './navigations.ts'
import { openApp, rendered } from './open-app.ts'
import { byTestId, mount, must, wordsOf } from './page-support.ts'

// Importing them rejects, as it does where the network is gone; what is missing is made by a module whose evaluation fails.
vi.mock('../../../web/hr-room.ts', () => ({
  get HrRoom() {
    throw new TypeError('Failed to fetch dynamically imported module')
  },
}))
vi.mock('../../../web/hr-scanner.ts', () => ({
  get HrScanner() {
    throw new TypeError('Failed to fetch dynamically imported module')
  },
}))

function quietWarnings() {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
}

test('a room whose screen is missing says so, and reloads on one press', async () => {
  quietWarnings()
  const { app } = await openApp()
  const held = heldNavigations()
  await userEvent.click(must(byTestId(app.renderRoot, 'start-room')))
  await expect.poll(() => wordsOf(app)).toContain(texts.page.partMissing)
  await rendered(app)
  const notice = must(app.renderRoot.querySelector('main hr-notice'))
  await userEvent.click(must(notice.shadowRoot?.querySelector('button')))
  await expect.poll(() => held).toEqual([`reload ${location.href}`])
})

test('a start page whose reader of codes is missing says so, and its other ways in stay', async () => {
  quietWarnings()
  const { element, commands } = await mount(Object.assign(new HrStart(), { secure: true }))
  const scan = must(byTestId(element.renderRoot, 'scan'))
  await userEvent.click(scan)
  await expect.poll(() => wordsOf(element)).toContain(texts.page.partMissing)
  expect(element.renderRoot.querySelector('hr-scanner')).toBeNull()
  await userEvent.click(must(byTestId(element.renderRoot, 'start-room')))
  expect(commands).toEqual([{ kind: 'start-room' }])
})
