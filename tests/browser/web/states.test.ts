// Each empty, waiting and failed state has its own words and one thing to do.
import type { LitElement } from 'lit'
import { expect, onTestFinished, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { ErrorData } from '../../../src/index.ts'
import type { Command } from '../../../web/commands.ts'
import { HrGuest } from '../../../web/hr-guest.ts'
import { HrJoin } from '../../../web/hr-join.ts'
import { HrParted } from '../../../web/hr-parted.ts'
import { HrRoom } from '../../../web/hr-room.ts'
import { HrRoomState } from '../../../web/hr-room-state.ts'
import { HrScanner } from '../../../web/hr-scanner.ts'
import { HrStart } from '../../../web/hr-start.ts'
import { laterTexts } from '../../../web/texts/later-texts.ts'
import { openApp } from './open-app.ts'
import {
  byTestId,
  chatView,
  deviceView,
  leaderDevice,
  mount,
  must,
  readyView,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'

interface Case {
  name: string
  element: () => LitElement
  says: string
  /** The test id of the one thing to do, or the words of a notice's button; null where waiting is all there is. */
  does: string | null
  asks?: Command
}

const models = [{ modelId: 'small', name: 'Small', sizeBytes: 98_000_000, isDefault: true }]
const lost: ErrorData = { code: 'peer-lost', message: 'Pixel 9 left the room.' }
const loadingView = roomView({
  state: { kind: 'loading', modelId: 'small' },
  devices: [{ ...leaderDevice, progress: { loadedBytes: 5, totalBytes: 10, downloadedBytes: 5 } }],
})
const roomState = (part: Parameters<typeof roomView>[0]) =>
  Object.assign(new HrRoomState(), { leading: true, view: roomView(part) })
const parted = (code: ErrorData['code']) => Object.assign(new HrParted(), { why: { code, message: 'Why.' } })
const join = (code: ErrorData['code']) => Object.assign(new HrJoin(), { failure: { code, message: 'Why.' } })

const cases: Case[] = [
  {
    name: 'nobody joined yet',
    element: () => Object.assign(new HrRoom(), { view: roomView(), chat: chatView([]), models }),
    says: 'Nobody else is here. Let somebody scan this code.',
    does: 'load-first',
  },
  {
    name: 'no model',
    element: () => Object.assign(new HrRoom(), { view: roomView(), chat: chatView([]), models }),
    says: 'Nothing to talk to yet Load a model, then write here.',
    does: 'load-first',
    asks: { kind: 'load-model', model: 'small' },
  },
  {
    name: 'loading',
    element: () => Object.assign(new HrRoomState(), { leading: true, view: loadingView }),
    says: 'Every device fetches its share 5 B of 10 B',
    does: 'cancel-load',
    asks: { kind: 'cancel-load' },
  },
  {
    name: 'a device lost',
    element: () => roomState({ ...loadingView, state: { kind: 'recovering', modelId: 'small', error: lost } }),
    says: 'A device left the room The others are taking over its share. Pixel 9 left the room.',
    does: 'cancel-load',
  },
  {
    name: 'out of memory',
    element: () =>
      roomState({
        ...readyView,
        state: { kind: 'failed', error: { code: 'out-of-memory', message: 'It takes 3 GB.' } },
      }),
    says: 'This device’s memory is full Close other tabs, or let the room run a smaller model.',
    does: 'Load it again',
  },
  {
    name: 'signaling gone',
    element: () => roomState({ ...readyView, signaling: 'reconnecting' }),
    says: 'The server is out of reach Devices that are here stay connected',
    does: null,
  },
  {
    name: 'another version, told to the leader',
    element: () => roomState({ notices: [{ code: 'version-mismatch', message: 'Reload both.' }] }),
    says: 'The devices have different versions of the page',
    does: 'Reload',
    asks: { kind: 'reload-page' },
  },
  {
    name: 'another version, told to the guest',
    element: () => parted('version-mismatch'),
    says: 'The devices have different versions of the page',
    does: 'reload-page',
    asks: { kind: 'reload-page' },
  },
  {
    name: 'a room that ended',
    element: () => parted('room-ended'),
    says: 'This room has ended for this device Ask for a new link, or start a room yourself.',
    does: 'back-to-start',
    asks: { kind: 'back-to-start' },
  },
  {
    name: 'a room out of reach',
    element: () => parted('signaling-down'),
    says: 'The room is out of reach',
    does: 'join',
    asks: { kind: 'join-room' },
  },
  {
    name: 'storage full',
    element: () => roomState({ ...readyView, notices: [{ code: 'storage-full', message: 'No space for 98 MB.' }] }),
    says: 'No space for 98 MB.',
    does: laterTexts().loading.freeSpace,
    asks: { kind: 'show-kept' },
  },
  {
    name: 'no secure context',
    element: () => Object.assign(new HrStart(), { secure: false, secureUrl: 'https://192.168.1.20:8443/' }),
    says: 'This address is not secure',
    does: 'secure-address',
  },
  {
    name: 'a device that cannot compute',
    element: () => join('no-executor'),
    says: 'This device cannot compute',
    does: 'watch',
    asks: { kind: 'join-room', watch: true },
  },
  {
    name: 'a device without memory',
    element: () => join('out-of-memory'),
    says: 'This device has no memory to give',
    does: 'watch',
    asks: { kind: 'join-room', watch: true },
  },
]

test.each(cases)('$name has words and one thing to do', async ({ element: make, says, does, asks }) => {
  const { element, commands } = await mount(make())
  expect(wordsOf(element)).toContain(says)
  const loud = [...deepButtons(element.renderRoot)].filter((button) => button.matches('.primary:enabled'))
  expect(loud.length).toBeLessThanOrEqual(1)
  if (does === null) return
  const way = byTestId(element.renderRoot, does) ?? noticeButton(element, does)
  expect(way).not.toBeNull()
  if (loud[0]) expect(way).toBe(loud[0])
  if (!asks) return
  await userEvent.click(must(way))
  expect(commands).toEqual([asks])
})

function* deepButtons(root: ParentNode): Generator<Element> {
  for (const element of root.querySelectorAll('*')) {
    if (element.matches('button')) yield element
    if (element.shadowRoot) yield* deepButtons(element.shadowRoot)
  }
}

function noticeButton(element: LitElement, words: string): HTMLElement | null {
  for (const notice of element.renderRoot.querySelectorAll('hr-notice')) {
    const button = notice.renderRoot.querySelector('button')
    if (button?.textContent === words) return button
  }
  return null
}

test('a link whose room nobody leads any more says so after 20 seconds, and leads back', async () => {
  const now = vi.spyOn(Date, 'now')
  const alone = () => roomView({ role: 'guest', devices: [deviceView({ isSelf: true, connection: 'connecting' })] })
  const { element, commands } = await mount(Object.assign(new HrGuest(), { view: alone() }))
  expect(wordsOf(element)).toContain('Looking for the room’s leader')
  const later = Date.now() + 21_000
  now.mockReturnValue(later)
  element.view = alone()
  await settled(element)
  expect(wordsOf(element)).toContain('Nobody answers')
  await userEvent.click(must(byTestId(element.renderRoot, 'leave-room')))
  expect(commands).toEqual([{ kind: 'leave-room' }])
  now.mockRestore()
})

test('a browser without data channels may watch', async () => {
  vi.stubGlobal('RTCPeerConnection', undefined)
  Reflect.deleteProperty(globalThis, 'RTCPeerConnection')
  const { element, commands } = await mount(new HrJoin())
  vi.unstubAllGlobals()
  expect(wordsOf(element)).toContain('This browser cannot compute with other devices')
  await userEvent.click(must(byTestId(element.renderRoot, 'watch')))
  expect(commands).toEqual([{ kind: 'join-room', watch: true }])
})

test('a guest at an insecure address is led to the same room at the secure one', async () => {
  sessionStorage.clear()
  vi.stubGlobal('isSecureContext', false)
  onTestFinished(() => void vi.unstubAllGlobals())
  const { app } = await openApp('#/room/Yk3vTq8LmZc0RxWb7HnPaA')
  const way = () => byTestId(app.renderRoot, 'secure-address')?.getAttribute('href')
  await expect.poll(way).toBe('https://192.168.1.20:8443/#/room/Yk3vTq8LmZc0RxWb7HnPaA')
})

test('a camera that something else uses can be tried again', async () => {
  const getUserMedia = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
  onTestFinished(() => getUserMedia.mockRestore())
  getUserMedia.mockRejectedValueOnce(new DOMException('in use', 'NotReadableError'))
  getUserMedia.mockResolvedValue(document.createElement('canvas').captureStream())
  const { element } = await mount(new HrScanner())
  await expect.poll(() => byTestId(element.renderRoot, 'open-camera')).not.toBeNull()
  await userEvent.click(must(byTestId(element.renderRoot, 'open-camera')))
  await expect.poll(() => element.seeing).toBe('looking')
  expect(element.obstacle).toBeNull()
  expect(byTestId(element.renderRoot, 'open-camera')).toBeNull()
})

test('where the camera is refused, the words are typed instead', async () => {
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockRejectedValue(new DOMException('no', 'NotAllowedError'))
  const { element } = await mount(new HrStart())
  await userEvent.click(must(byTestId(element.renderRoot, 'scan')))
  const scanner = () => element.renderRoot.querySelector('hr-scanner')
  await expect.poll(() => scanner() && wordsOf(must(scanner()))).toContain('The camera is not allowed')
  expect(scanner()).toBeInstanceOf(HrScanner)
  await userEvent.click(must(byTestId(element.renderRoot, 'type-words')))
  await expect.poll(scanner).toBeNull()
  expect(element.shadowRoot?.activeElement?.id).toBe('link')
})

test('a server that is gone can be looked for at once, which says so while it lasts', async () => {
  const view = { ...readyView, signaling: 'reconnecting' } as const
  const { element, commands } = await mount(Object.assign(new HrRoomState(), { leading: true, view }))
  const notice = () => must(element.renderRoot.querySelector('hr-notice'))
  expect(wordsOf(notice())).toContain('The server is out of reach')
  await userEvent.click(must(notice().renderRoot.querySelector('button')))
  expect(commands).toEqual([{ kind: 'try-server' }])
  element.tryingServer = true
  await settled(element)
  await expect.poll(() => wordsOf(notice())).toContain('Trying…')
})

test('a full storage can be left for later', async () => {
  const view = { ...readyView, notices: [{ code: 'storage-full', message: 'No space for 98 MB.' }] } as const
  const { element, commands } = await mount(Object.assign(new HrRoomState(), { leading: true, view }))
  await userEvent.click(must(byTestId(element.renderRoot, 'dismiss')))
  await settled(element)
  expect([commands, element.renderRoot.querySelector('hr-notice')]).toEqual([[], null])
})
