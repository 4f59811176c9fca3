// Old conversations can be read from the start page, without a room and without a server.
import { beforeEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { HrReader } from '../../../web/hr-reader.ts'
import { openApp, rendered } from './open-app.ts'
import { forgetAll, open } from './open-conversations.ts'
import { byTestId, chatView, mount, must, wordsOf } from './page-support.ts'

beforeEach(async () => {
  localStorage.clear()
  await forgetAll()
})

async function talkOnce() {
  const tab = open()
  await tab.run({ kind: 'new-chat' })
  await tab.ask('Why is the sea salty?', 'Rivers bring **salt**.')
  tab.chats.close()
  sessionStorage.clear()
}

test('the start page leads to the conversations, which are read there and go on in a room', async () => {
  await talkOnce()
  const { app, system } = await openApp()
  await expect.poll(() => byTestId(app.renderRoot, 'read-conversations')).not.toBeNull()
  await userEvent.click(must(byTestId(app.renderRoot, 'read-conversations')))
  await expect.poll(() => byTestId(app.renderRoot, 'conversation')?.checkVisibility()).toBe(true)
  await userEvent.click(must(byTestId(app.renderRoot, 'conversation')?.querySelector('button')))
  const reader = () => must(app.renderRoot.querySelector('hr-reader'))
  await expect.poll(() => wordsOf(reader())).toContain('Rivers bring salt.')
  expect(['prompt', 'edit', 'regenerate', 'delete-turn'].map((id) => byTestId(reader(), id))).toEqual(
    Array(4).fill(null),
  )
  expect(wordsOf(reader())).toContain('Start a room to go on.')
  await userEvent.click(must(byTestId(reader().renderRoot, 'start-room')))
  await rendered(app)
  expect(system.asked[0]).toMatch(/^startRoom/)
  expect(wordsOf(must(app.renderRoot.querySelector('hr-room')))).toContain('Rivers bring salt.')
})

test('where nothing was said yet there is no way there, and its page says so', async () => {
  const { app } = await openApp()
  await rendered(app)
  expect(byTestId(app.renderRoot, 'read-conversations')).toBeNull()
  const { element } = await mount(Object.assign(new HrReader(), { chat: chatView([]) }))
  expect(wordsOf(element)).toContain('No conversation yet.')
  expect(must(element.renderRoot.querySelector('hr-conversations')).renderRoot.querySelector('dialog')?.open).toBe(
    false,
  )
})
