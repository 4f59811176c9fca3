import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { RoomSign } from '../../../src/index.ts'
import { HrGuest } from '../../../web/hr-guest.ts'
import { HrJoin } from '../../../web/hr-join.ts'
import { HrStart } from '../../../web/hr-start.ts'
import {
  byTestId,
  deviceView,
  holding,
  leaderDevice,
  mount,
  must,
  profile,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'

const model = { modelId: 'small', name: 'Small', sizeBytes: 98_000_000, isDefault: true }

test('the start has one primary button and shows what this device measured, and which model a room begins with', async () => {
  const { element, commands } = await mount(
    Object.assign(new HrStart(), { profile, model: { ...model, listed: true }, secure: true }),
  )
  expect(wordsOf(element)).toContain('2.14 GB/s weights')
  expect(wordsOf(element)).toContain('Model: Small, 98 MB, from this server.')
  expect(element.renderRoot.querySelectorAll('.primary')).toHaveLength(1)
  await userEvent.click(must(byTestId(element.renderRoot, 'start-room')))
  expect(commands).toEqual([{ kind: 'start-room' }])
})

test('a device that could not be measured is not shown as measuring', async () => {
  const { element } = await mount(Object.assign(new HrStart(), { measuring: true }))
  expect(wordsOf(element)).toContain('Measuring what it can do')
  element.measuring = false
  await settled(element)
  expect(wordsOf(element)).toContain('Not measured.')
})

test('an insecure address is named as the reason before anything fails', async () => {
  const { element } = await mount(Object.assign(new HrStart(), { secure: false }))
  expect(wordsOf(element)).toContain('This address is not secure')
})

test('a pasted link opens with Enter', async () => {
  const { element, commands } = await mount(new HrStart())
  await userEvent.fill(must(byTestId(element.renderRoot, 'link-field')), 'https://192.168.1.20:8443/#/room/abc')
  await userEvent.keyboard('{Enter}')
  expect(commands).toEqual([{ kind: 'open-link', link: 'https://192.168.1.20:8443/#/room/abc' }])
})

test('a guest reads what joining takes in numbers and joins with one tap', async () => {
  const { element, commands } = await mount(Object.assign(new HrJoin(), { profile, model }))
  const words = wordsOf(element)
  expect(words).toContain('Computing 2.14 GB a second')
  expect(words).toContain('on its GPU (WebGPU)')
  expect(words).toContain('Memory up to 1.5 GB')
  expect(words).toContain('Data at most 98 MB')
  expect(words).toContain('its share of Small (98 MB in all), if the room runs that one, from the server on this Wi-Fi')
  expect(words).toContain('everybody in the room can read what you ask')
  expect(element.renderRoot.querySelectorAll('button')).toHaveLength(1)
  await userEvent.click(must(byTestId(element.renderRoot, 'join')))
  expect(commands).toEqual([{ kind: 'join-room' }])
})

const sign: RoomSign = {
  startedBy: 'Laptop, Firefox',
  devices: 2,
  weightBytesPerSecond: 2_140_000_000,
  model: { name: 'Qwen', sizeBytes: 600e6 },
}

test('where the room says who started it and what it runs, that stands before the numbers, and these are of its model', async () => {
  const { element } = await mount(Object.assign(new HrJoin(), { model, sign }))
  await expect
    .poll(() => wordsOf(element))
    .toContain('The room was started by Laptop, Firefox. It runs Qwen on 2 devices.')
  expect(wordsOf(element)).toContain('Data its share of the model downloaded once, its share of Qwen')
  element.profile = profile
  await settled(element)
  expect(wordsOf(element)).toContain('Data about 300 MB downloaded once, its share of Qwen (600 MB in all)')
  expect(wordsOf(element)).not.toContain('Small')
  element.sign = { ...sign, model: null }
  await settled(element)
  expect(wordsOf(element)).toContain('started by Laptop, Firefox. It has no model yet.')
  expect(wordsOf(element)).toContain('if the room runs Small')
})

test('a device never downloads more than the memory it offers', async () => {
  const { element } = await mount(
    Object.assign(new HrJoin(), { profile: { ...profile, memoryBytes: 40_000_000 }, model }),
  )
  expect(wordsOf(element)).toContain('Data at most 40 MB')
})

test('before this device is measured, joining is possible and no number is made up', async () => {
  const { element } = await mount(new HrJoin())
  const words = wordsOf(element)
  expect(words).toContain('Computing Measuring what it can do…')
  expect(words).toContain('Data its share of the model')
  expect((must(byTestId(element.renderRoot, 'join')) as HTMLButtonElement).disabled).toBe(false)
})

const leader = { ...leaderDevice, isSelf: false, profile: null, name: 'Laptop, Firefox' }

test('a guest sees its own share and leaves in two presses', async () => {
  const guest = new HrGuest()
  guest.view = roomView({
    role: 'guest',
    state: { kind: 'ready', modelId: 'small' },
    devices: [leader, deviceView({ isSelf: true, holding })],
  })
  const { element, commands } = await mount(guest)
  expect(wordsOf(must(byTestId(element.renderRoot, 'own-share')))).toContain('26.1 MB')
  const leave = must(element.renderRoot.querySelector('hr-confirm'))
  await userEvent.click(must(leave.renderRoot.querySelector('button')))
  await settled(element)
  await userEvent.click(must(leave.renderRoot.querySelector('button.danger')))
  expect(commands).toEqual([{ kind: 'leave-room' }])
})

test.each([
  ['lobby', { kind: 'lobby' }, 'You are in the room'],
  ['loading', { kind: 'loading', modelId: 'small' }, 'Fetching this device’s share'],
  ['generating', { kind: 'generating', modelId: 'small' }, 'Working on an answer'],
  [
    'failed',
    { kind: 'failed', error: { code: 'download-failed', message: 'The server went away.' } },
    'The server went away.',
  ],
] as const)('a guest is told what the room does: %s', async (_name, state, words) => {
  const guest = new HrGuest()
  guest.view = roomView({ role: 'guest', state, devices: [leader, deviceView({ isSelf: true })] })
  expect(wordsOf((await mount(guest)).element)).toContain(words)
})

test('a guest whose memory is full reads what it can do itself, and nothing of the kind where the leader’s is', async () => {
  const error = { code: 'out-of-memory', message: '300 MB do not fit.' } as const
  const guest = new HrGuest()
  guest.view = roomView({
    role: 'guest',
    state: { kind: 'failed', error },
    devices: [leader, deviceView({ isSelf: true, error })],
  })
  const { element, commands } = await mount(guest)
  expect(wordsOf(element)).toContain('Close other tabs and apps, then reload this page. Or pause this device')
  expect(wordsOf(element)).not.toContain('let the room run')
  const notice = must(element.renderRoot.querySelector('hr-notice'))
  await userEvent.click(must(notice.renderRoot.querySelector('button')))
  expect(commands).toEqual([{ kind: 'reload-page' }])
  element.view = { ...guest.view, devices: [leader, deviceView({ isSelf: true })] }
  await settled(element)
  expect(wordsOf(element)).not.toContain('reload this page')
})

test('a guest whose leader has paused the load is told so, and its progress stands as paused', async () => {
  const progress = { loadedBytes: 10_000_000, totalBytes: 40_000_000, downloadedBytes: 10_000_000 }
  const guest = new HrGuest()
  guest.view = roomView({
    role: 'guest',
    state: { kind: 'loading', modelId: 'small', paused: true },
    devices: [leader, deviceView({ isSelf: true, progress })],
  })
  const { element } = await mount(guest)
  expect(wordsOf(element)).toContain('The download is paused The leader paused it.')
  expect(wordsOf(element)).toContain('10 MB downloaded Paused. What has come is kept.')
  element.view = { ...guest.view, state: { kind: 'loading', modelId: 'small' } }
  await settled(element)
  expect(wordsOf(element)).toContain('Fetching this device’s share')
  expect(wordsOf(element)).not.toContain('aused')
})

test('while its share comes, a guest reads how far that is before all else', async () => {
  const progress = { loadedBytes: 10_000_000, totalBytes: 40_000_000, downloadedBytes: 10_000_000 }
  const own = deviceView({ isSelf: true, holding, progress })
  const guest = new HrGuest()
  guest.view = roomView({ role: 'guest', state: { kind: 'loading', modelId: 'small' }, devices: [leader, own] })
  const { element } = await mount(guest)
  const topOf = (part: string) => must(element.renderRoot.querySelector(part)).getBoundingClientRect().top
  expect(topOf('hr-devices')).toBeLessThan(topOf('hr-serving'))
  element.view = roomView({ role: 'guest', state: { kind: 'ready', modelId: 'small' }, devices: [leader, own] })
  await settled(element)
  expect(topOf('hr-devices')).toBeGreaterThan(topOf('hr-guest-talk'))
})

test('a guest whose leader is gone is told that it is looked for', async () => {
  const guest = new HrGuest()
  guest.view = roomView({ role: 'guest', devices: [deviceView({ isSelf: true, connection: 'connecting' })] })
  expect(wordsOf((await mount(guest)).element)).toContain('Looking for the room’s leader')
})
