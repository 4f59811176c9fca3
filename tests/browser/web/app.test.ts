import { deleteDB } from 'idb'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { databaseName } from '../../../web/chat/conversation-store.ts'
import type { HrApp } from '../../../web/hr-app.ts'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import '../../../web/hr-room.ts'
import { heldNavigations } from './navigations.ts'
import { openApp, rendered } from './open-app.ts'
import { byTestId, must, readyView, roomView, settled, wordsOf } from './page-support.ts'
import { failure } from './system-double.ts'

const roomHash = '#/room/Yk3vTq8LmZc0RxWb7HnPaA'

beforeEach(async () => {
  sessionStorage.clear()
  await deleteDB(databaseName)
  history.replaceState(null, '', '#/')
})

async function press(app: HrApp, testId: string) {
  await userEvent.click(must(byTestId(app.renderRoot, testId)))
  await rendered(app)
}

async function ask(app: HrApp, text: string) {
  await userEvent.fill(must(byTestId(app.renderRoot, 'prompt')), text)
  await userEvent.keyboard('{Enter}')
  await rendered(app)
}

/** When its figures are shown it is complete, and kept. */
async function answered(app: HrApp) {
  await expect.poll(() => byTestId(app.renderRoot, 'figures')).not.toBeNull()
  await rendered(app)
}

test('starting a room leads to it, names a local address in its link and moves the focus there', async () => {
  const { app, system } = await openApp()
  await press(app, 'start-room')
  expect(system.asked).toEqual(['startRoom https://192.168.1.20:8443/'])
  expect(location.hash).toBe(roomHash)
  const room = must(app.renderRoot.querySelector('hr-room'))
  expect(room.shadowRoot?.activeElement?.tagName).toBe('H1')
  expect((must(byTestId(app.renderRoot, 'room-link')) as HTMLInputElement).value).toContain(roomHash)
})

test('a guest who opens the link is asked first, then joins', async () => {
  const { app, system } = await openApp(roomHash)
  expect(system.asked).toEqual([])
  await press(app, 'join')
  expect(system.asked).toEqual([`joinRoom ${roomHash}`])
  expect(app.renderRoot.querySelector('hr-guest')).not.toBeNull()
})

test('a failed join says why and can be tried again', async () => {
  const { app, system } = await openApp(roomHash)
  system.fails = { joinRoom: failure('room-full', 'The room is full: 16 devices are in it.') }
  await press(app, 'join')
  const notice = must(byTestId(app.renderRoot, 'failure'))
  expect(wordsOf(notice)).toContain('The room is full')
  await userEvent.click(must(notice.shadowRoot?.querySelector('button')))
  await rendered(app)
  expect(byTestId(app.renderRoot, 'failure')).toBeNull()
  expect(app.renderRoot.querySelector('hr-guest')).not.toBeNull()
})

test('a reload leads back into the room without asking again', async () => {
  const { app } = await openApp(roomHash)
  await press(app, 'join')
  app.remove()
  const { system } = await openApp(roomHash)
  expect(system.asked).toEqual([`joinRoom ${roomHash}`])
})

test('a guest who was removed reads why, and a reload does not bring it back by itself', async () => {
  const { app, system } = await openApp(roomHash)
  await press(app, 'join')
  system.show(roomView({ role: null, link: null }))
  const message = 'The leader removed this device from the room.'
  system.show(roomView({ role: null, link: null, notices: [{ code: 'room-ended', message }] }))
  await rendered(app)
  expect(wordsOf(must(byTestId(app.renderRoot, 'parted')))).toContain(message)
  app.remove()
  expect((await openApp(roomHash)).system.asked).toEqual([])
})

test('leaving goes back to the start', async () => {
  const { app, system } = await openApp(roomHash)
  await press(app, 'join')
  const leave = must(byTestId(app.renderRoot, 'leave'))
  await userEvent.click(must(leave.shadowRoot?.querySelector('button')))
  await settled(app)
  await userEvent.click(must(leave.shadowRoot?.querySelector('button.danger')))
  await rendered(app)
  expect(system.asked.at(-1)).toBe('leave')
  expect(app.renderRoot.querySelector('hr-start')).not.toBeNull()
})

test('the address of another room does not tear a device out of the one it is in', async () => {
  const { app, system } = await openApp()
  await press(app, 'start-room')
  location.hash = '#/room/another'
  await rendered(app)
  expect(location.hash).toBe(roomHash)
  expect(system.asked).toHaveLength(1)
  expect(wordsOf(must(byTestId(app.renderRoot, 'failure')))).toContain('still in a room')
})

test.each([
  'http://localhost/',
  'https://a.example/#/room/short',
  'javascript:alert(1)//#/room/Yk3vTq8LmZc0RxWb7HnPaA',
])('the pasted text %s opens nothing', async (text) => {
  const { app } = await openApp()
  await userEvent.fill(must(byTestId(app.renderRoot, 'link-field')), text)
  await press(app, 'open-link')
  expect(byTestId(app.renderRoot, 'failure')).not.toBeNull()
  expect(location.hash).toBe('#/')
})

test('a link to another host leads there, its room in the address', async () => {
  const { app, system } = await openApp()
  const held = heldNavigations()
  const elsewhere = 'https://192.168.1.20:8443/#/room/Yk3vTq8LmZc0RxWb7HnPaA'
  await userEvent.fill(must(byTestId(app.renderRoot, 'link-field')), elsewhere)
  await press(app, 'open-link')
  expect(held).toEqual([`push ${elsewhere}`])
  expect(byTestId(app.renderRoot, 'failure')).toBeNull()
  expect(system.asked).toEqual([])
})

test('an answer streams into the chat with its figures and the conversation goes with the next message', async () => {
  const { app, system } = await openApp()
  await press(app, 'start-room')
  await press(app, 'load-model')
  await ask(app, 'Hi')
  await answered(app)
  expect(must(byTestId(app.renderRoot, 'answer')).textContent).toBe('Hello there')
  expect(wordsOf(must(byTestId(app.renderRoot, 'figures')))).toContain('20.0 tokens/s')
  expect(byTestId(app.renderRoot, 'answer-tokens')).not.toBeNull()
  await ask(app, 'And?')
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello there' },
    { role: 'user', content: 'And?' },
  ]
  expect(system.asked.at(-1)).toBe(`chat ${JSON.stringify(messages)}`)
})

test('Stop keeps what came', async () => {
  const { app, system } = await openApp()
  system.answer = Array.from({ length: 2_000 }, () => 'word ')
  await press(app, 'start-room')
  await press(app, 'load-model')
  await ask(app, 'Go on')
  await press(app, 'stop')
  await answered(app)
  const text = must(byTestId(app.renderRoot, 'answer')).textContent
  expect(text).toMatch(/^word( word)* ?$/)
  expect(text!.length).toBeLessThan(10_000)
  expect(wordsOf(must(byTestId(app.renderRoot, 'figures')))).toContain('Stopped')
})

test('a failed answer loses nothing, and trying again asks the same', async () => {
  const { app, system } = await openApp()
  await press(app, 'start-room')
  await press(app, 'load-model')
  system.fails = { chat: failure('peer-lost', 'Pixel 9 left while it answered.') }
  await ask(app, 'Hi')
  const problem = must(byTestId(app.renderRoot, 'answer-problem'))
  expect(wordsOf(problem)).toContain('Pixel 9 left')
  await userEvent.click(must(problem.shadowRoot?.querySelector('button')))
  await answered(app)
  expect(must(byTestId(app.renderRoot, 'answer')).textContent).toBe('Hello there')
  expect(system.asked.at(-1)).toBe(system.asked.at(-2))
})

test('the conversation is there again after a reload, and gone after New chat', async () => {
  const { app } = await openApp()
  await press(app, 'start-room')
  await press(app, 'load-model')
  await ask(app, 'Hi')
  await answered(app)
  app.remove()
  const { app: again, system } = await openApp(roomHash)
  system.show(readyView)
  await expect.poll(() => byTestId(again.renderRoot, 'answer')?.textContent).toBe('Hello there')
  await press(again, 'new-chat')
  expect(byTestId(again.renderRoot, 'answer')).toBeNull()
  expect(sessionStorage.getItem('headroom.open-conversation')).toBeNull()
})

test('what is kept is listed, and deleting one model or all takes two presses and tells what is left', async () => {
  const { app, system } = await openApp()
  const kept = must(byTestId(app.renderRoot, 'kept'))
  expect(wordsOf(kept)).toContain('Models kept on this device: 60 MB')
  await userEvent.click(must(kept.querySelector('summary')))
  const press = async (confirm: HTMLElement) => {
    await userEvent.click(must(confirm.shadowRoot?.querySelector('button')))
    await settled(app)
    await userEvent.click(must(confirm.shadowRoot?.querySelector('button.danger')))
    await rendered(app)
  }
  await press(must(byTestId(kept, 'forget-model')))
  expect(wordsOf(kept)).toContain('Models kept on this device: 7.6 MB')
  system.kept = [...system.kept, { modelId: 'new', byteLength: 1_000, usedAtMs: null }]
  system.show({ ...system.view, state: { kind: 'loading', modelId: 'new' } })
  system.show({ ...system.view, state: { kind: 'lobby' } })
  await expect.poll(() => byTestId(kept, 'forget-downloads')).not.toBeNull()
  await press(must(byTestId(kept, 'forget-downloads')))
  expect(system.asked).toEqual(['forget small', 'forgetAll'])
  expect(wordsOf(app)).toContain('Nothing downloaded is kept on this device.')
})

test('on a phone, Free space leads from the chat to what is kept, each time, and says so where nothing is', async () => {
  await page.viewport(390, 844)
  onTestFinished(() => page.viewport(414, 896))
  const { app, system } = await openApp()
  await press(app, 'start-room')
  await press(app, 'load-model')
  system.show({ ...system.view, notices: [{ code: 'storage-full', message: 'No space for 98 MB.' }] })
  await rendered(app)
  const details = must(byTestId(app.renderRoot, 'kept')) as HTMLDetailsElement
  const freeSpace = async () => {
    await userEvent.click(must(byTestId(app.renderRoot, 'tab-chat')))
    await settled(app)
    expect(details.checkVisibility()).toBe(false)
    const notice = must(must(app.renderRoot.querySelector('hr-room')).renderRoot.querySelector('hr-room-state'))
    await userEvent.click(must(notice.renderRoot.querySelector('hr-notice')?.renderRoot.querySelector('button')))
    await rendered(app)
  }
  for (let time = 0; time < 2; time++) {
    details.open = false
    await freeSpace()
    expect(details.checkVisibility()).toBe(true)
    expect(details.open).toBe(true)
    expect((details.getRootNode() as ShadowRoot).activeElement).toBe(details.querySelector('summary'))
  }
  system.kept = []
  system.show({ ...system.view, state: { kind: 'loading', modelId: 'small' } })
  system.show({ ...system.view, state: { kind: 'ready', modelId: 'small' } })
  await rendered(app)
  await freeSpace()
  const nothing = must(byTestId(app.renderRoot, 'nothing-kept'))
  expect(nothing.checkVisibility()).toBe(true)
  expect((nothing.getRootNode() as ShadowRoot).activeElement).toBe(nothing)
})

test('on a phone, the chat without a model leads to the models', async () => {
  await page.viewport(390, 844)
  onTestFinished(() => page.viewport(414, 896))
  const { app } = await openApp()
  await press(app, 'start-room')
  await press(app, 'tab-chat')
  const models = must(must(app.renderRoot.querySelector('hr-room')).renderRoot.querySelector('hr-models'))
  expect(models.checkVisibility()).toBe(false)
  await press(app, 'choose-model')
  expect(models.checkVisibility()).toBe(true)
  expect(models.renderRoot.contains((models.renderRoot as ShadowRoot).activeElement)).toBe(true)
})
