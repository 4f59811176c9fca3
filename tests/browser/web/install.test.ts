import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { HrApp } from '../../../web/hr-app.ts'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import '../../../web/hr-room.ts'
import { openApp } from './open-app.ts'
import { byTestId, must, settled, wordsOf } from './page-support.ts'

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  history.replaceState(null, '', '#/')
})

/** As Chromium does where a page can be installed. */
async function offer(app: HrApp) {
  const prompt = vi.fn(async () => ({ outcome: 'accepted' }))
  const event = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt })
  window.dispatchEvent(event)
  await settled(app)
  return { prompt, event }
}

const install = (app: HrApp) => byTestId(app.renderRoot, 'install')

test('what the browser offers is offered once, in the page’s own place, and its answer remembered', async () => {
  const { app } = await openApp()
  expect(install(app)).toBeNull()
  const { prompt, event } = await offer(app)
  expect(event.defaultPrevented).toBe(true)
  await userEvent.click(must(byTestId(app.renderRoot, 'install-now')))
  expect(prompt).toHaveBeenCalledOnce()
  await expect.poll(() => install(app)).toBeNull()
  app.remove()
  const { app: again } = await openApp()
  await offer(again)
  expect(install(again)).toBeNull()
})

test('whoever says not now is not asked again', async () => {
  const { app } = await openApp()
  await offer(app)
  await userEvent.click(must(byTestId(app.renderRoot, 'install-later')))
  await offer(app)
  expect(install(app)).toBeNull()
})

test('where the browser has no prompt, people read what to press', async () => {
  Object.defineProperty(navigator, 'standalone', { value: false, configurable: true })
  onTestFinished(() => void Reflect.deleteProperty(navigator, 'standalone'))
  const { app } = await openApp()
  expect(wordsOf(must(install(app)))).toContain('Share button, then “Add to Home Screen”')
})

test('an installed page and a guest about to join are not asked', async () => {
  const { app: joining } = await openApp('#/room/Yk3vTq8LmZc0RxWb7HnPaA')
  await offer(joining)
  expect(install(joining)).toBeNull()
  joining.remove()
  Object.defineProperty(navigator, 'standalone', { value: true, configurable: true })
  onTestFinished(() => void Reflect.deleteProperty(navigator, 'standalone'))
  const { app } = await openApp()
  await offer(app)
  expect(install(app)).toBeNull()
})

test('the shortcut for a new room starts one, once', async () => {
  const { app, system } = await openApp('#/new')
  expect(system.asked).toEqual(['startRoom'])
  expect(app.renderRoot.querySelector('hr-room')).not.toBeNull()
  expect(location.hash).toMatch(/^#\/room\//)
})

test('the shortcut for a code opens the camera, also while the page is open', async () => {
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockRejectedValue(new DOMException('none', 'NotFoundError'))
  const { app } = await openApp()
  location.hash = '#/code'
  await expect.poll(() => byTestId(app.renderRoot, 'scanner')?.matches(':modal')).toBe(true)
  expect(location.hash).toBe('#/')
})
