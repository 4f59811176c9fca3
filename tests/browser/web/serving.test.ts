import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { DeviceView } from '../../../src/index.ts'
import { HrGuest } from '../../../web/hr-guest.ts'
import { HrScreen } from '../../../web/hr-screen.ts'
import { HrServing } from '../../../web/hr-serving.ts'
import { byTestId, deviceView, holding, leaderDevice, mount, must, roomView, wordsOf } from './page-support.ts'

const leader = { ...leaderDevice, isSelf: false, profile: null }
const report: DeviceView['report'] = {
  executor: 'wasm',
  weights: 'q4_1',
  weightBytes: 26_100_000,
  downloadedBytes: 25_000_000,
  peakMemoryBytes: 30_000_000,
  notices: [],
}

const view = roomView({
  role: 'guest',
  state: { kind: 'ready', modelId: 'small' },
  devices: [leader, deviceView({ isSelf: true, holding, report })],
  steps: [10, 30].map((computeMs) => ({
    stepMs: 80,
    promptTokens: null,
    bytes: 9_216,
    rounds: null,
    devices: [{ deviceId: 'pixel', computeMs, transferMs: null, waitMs: 80 - computeMs }],
  })),
  served: { tokens: 400, bytes: 3_686_400 },
})

test('a serving device says what it holds, its part of each token, and what that takes', async () => {
  const { element } = await mount(Object.assign(new HrServing(), { view }))
  const words = wordsOf(element)
  expect(words).toContain('26.1 MB of the model’s weights are on this device.')
  expect(words).toContain('of 30 layers heads 4–6 KV head 2 columns 768–1,151 vocabulary rows 24,576–36,863')
  expect(words).toContain('20 ms a token worked out here, 25% of its time')
  expect(words).toContain('60 ms waiting for the other devices and the network')
  expect(words).toContain('Tokens served 400')
  expect(words).toContain('Sent and received 3.69 MB')
  expect(words).toContain('Downloaded for its share 25 MB')
  expect(words).toContain('Temperature this browser does not tell')
  const picture = must(byTestId(element.renderRoot, 'token-share'))
  expect(picture.getAttribute('aria-label')).toBe('The last 2 tokens: 20 ms of 80 ms each worked out on this device')
  const heights = [...picture.querySelectorAll('.own')].map((bar) => Number(bar.getAttribute('height')))
  expect(heights).toEqual([12.5, 37.5])
})

test('the battery is the one that the browser tells of', async () => {
  const { element } = await mount(Object.assign(new HrServing(), { view }))
  const { getBattery } = navigator as Navigator & { getBattery?: () => Promise<{ level: number }> }
  const told = getBattery && (await getBattery.call(navigator))
  const words = told ? `Battery ${Math.round(100 * told.level)}%, ` : 'Battery this browser does not tell'
  await expect.poll(() => wordsOf(element)).toContain(words)
})

test('before the first token the picture says what will be there', async () => {
  const { element } = await mount(Object.assign(new HrServing(), { view: { ...view, steps: [] } }))
  expect(wordsOf(element)).toContain('As soon as the room answers')
})

test('a guest reads who started the room, pauses and serves again', async () => {
  const { element, commands } = await mount(Object.assign(new HrGuest(), { view }))
  expect(wordsOf(element)).toContain('The room was started by Laptop, Firefox.')
  await userEvent.click(must(byTestId(element.renderRoot, 'pause-device')))
  element.view = { ...view, devices: [leader, deviceView({ isSelf: true, presence: 'paused' })] }
  await element.updateComplete
  expect(wordsOf(element)).toContain('This device is paused')
  expect(byTestId(element.renderRoot, 'screen')).toBeNull()
  await userEvent.click(must(byTestId(element.renderRoot, 'resume-device')))
  expect(commands).toEqual([{ kind: 'pause-device' }, { kind: 'resume-device' }])
})

/** The browser's wake lock as far as a page sees it; a real one needs a window in front. */
function fakeLocks(answer: () => Promise<WakeLockSentinel>) {
  return vi.spyOn(navigator.wakeLock, 'request').mockImplementation(answer)
}

function fakeLock(): WakeLockSentinel {
  const lock = new EventTarget() as WakeLockSentinel
  return Object.assign(lock, { release: vi.fn(async () => void lock.dispatchEvent(new Event('release'))) })
}

test('the screen is kept on, again when the browser took that away, and let go with the screen of the room', async () => {
  const locks = [fakeLock(), fakeLock()]
  let asked = 0
  fakeLocks(async () => locks[asked++]!)
  const { element } = await mount(new HrScreen())
  await expect.poll(() => wordsOf(element)).toContain('the screen stays on meanwhile')
  locks[0]!.dispatchEvent(new Event('release'))
  await expect.poll(() => asked).toBe(2)
  element.remove()
  expect(locks[1]!.release).toHaveBeenCalledOnce()
  expect(asked).toBe(2)
})

test('where the browser refuses to keep the screen on, people read what to do', async () => {
  fakeLocks(() => Promise.reject(new DOMException('low battery', 'NotAllowedError')))
  const { element } = await mount(new HrScreen())
  await expect.poll(() => wordsOf(element)).toContain('The browser does not keep the screen on')
})

const isDimmed = (element: HrScreen) => must(element.renderRoot.querySelector('dialog')).open

test('a quiet screen is dimmed, and any key or touch wakes it', async () => {
  const { element } = await mount(Object.assign(new HrScreen(), { quietMs: 50 }))
  await expect.poll(() => isDimmed(element)).toBe(true)
  element.quietMs = 10_000
  await element.updateComplete
  expect(isDimmed(element)).toBe(false)
  element.quietMs = 50
  const touch = async () => {
    const touched = new PointerEvent('pointerdown', { bubbles: true, composed: true })
    must(element.renderRoot.querySelector('button')).dispatchEvent(touched)
  }
  for (const wake of [touch, () => userEvent.keyboard('a')]) {
    await expect.poll(() => isDimmed(element)).toBe(true)
    const woken = new Promise((resolve) =>
      element.renderRoot.querySelector('dialog')?.addEventListener('close', resolve),
    )
    await wake()
    await woken
  }
})

test('a screen does not dim under somebody who reads or types', async () => {
  const { element } = await mount(Object.assign(new HrScreen(), { quietMs: 30, reading: true }))
  const field = document.createElement('input')
  element.after(field)
  const later = () => new Promise((resolve) => setTimeout(resolve, 90))
  await later()
  expect(isDimmed(element)).toBe(false)
  field.value = 'And why'
  field.focus()
  element.reading = false
  await later()
  expect(isDimmed(element)).toBe(false)
  field.value = ''
  element.quietMs = 31
  await expect.poll(() => isDimmed(element)).toBe(true)
})
