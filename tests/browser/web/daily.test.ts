// What people who chat daily rely on: a draft outlives a reload, the end is a tap away, and each message says when.
import { beforeEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { emptyAnswer, type Turn, userTurn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import { HrComposer } from '../../../web/hr-composer.ts'
import { texts } from '../../../web/texts/texts.ts'
import { byTestId, chatView, mount, must, readyView, settled, wordsOf } from './page-support.ts'

beforeEach(() => sessionStorage.clear())

const fieldOf = (element: HrComposer) => must(element.renderRoot.querySelector('textarea'))

test('what is written and not sent is there after a reload, and gone once it is sent', async () => {
  const open = async () => (await mount(Object.assign(new HrComposer(), { draftName: 'headroom.draft' }))).element
  const first = await open()
  await userEvent.fill(fieldOf(first), 'half a\nsentence')
  first.remove()
  const second = await open()
  expect(fieldOf(second).value).toBe('half a\nsentence')
  await userEvent.click(fieldOf(second))
  await userEvent.keyboard('{Enter}')
  second.remove()
  expect(fieldOf(await open()).value).toBe('')
})

test('the Enter that ends a composed word sends nothing, whether the browser says so by a flag or a code', async () => {
  const { element, commands } = await mount(new HrComposer())
  await userEvent.fill(fieldOf(element), 'にほん')
  const press = (how: KeyboardEventInit) =>
    fieldOf(element).dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, ...how }))
  press({ isComposing: true })
  press({ keyCode: 229 })
  expect(commands).toEqual([])
  press({ keyCode: 13 })
  expect(commands).toEqual([{ kind: 'send-prompt', text: 'にほん' }])
})

test('whoever has scrolled up stays there while the room goes on, and comes back to the newest line by a button, which then is gone', async () => {
  const answer: Turn = { ...emptyAnswer(), content: 'line\n\n'.repeat(60), state: 'done' }
  const chat = Object.assign(new HrChat(), { view: readyView, chat: chatView([userTurn('Hi'), answer]) })
  chat.style.height = '400px'
  const { element } = await mount(chat)
  const log = must(element.renderRoot.querySelector<HTMLElement>('[role=log]'))
  const missing = () => log.scrollHeight - log.scrollTop - log.clientHeight
  await expect.poll(missing).toBeLessThan(2)
  expect(byTestId(element.renderRoot, 'to-end')).toBeNull()
  log.scrollTop = 0
  const first = must(element.renderRoot.querySelector('hr-turn'))
  const composer = must(element.renderRoot.querySelector('hr-composer'))
  const tops = () => [first, composer].map((shown) => shown.getBoundingClientRect().top)
  const before = tops()
  await expect.poll(() => byTestId(element.renderRoot, 'to-end')).not.toBeNull()
  expect(tops()).toEqual(before)
  const end = must(byTestId(element.renderRoot, 'to-end')).getBoundingClientRect()
  expect(end.top).toBeGreaterThanOrEqual(log.getBoundingClientRect().bottom)
  expect(end.bottom).toBeLessThanOrEqual(composer.getBoundingClientRect().top)
  element.view = { ...readyView }
  await settled(element)
  expect(log.scrollTop).toBe(0)
  await userEvent.click(must(byTestId(element.renderRoot, 'to-end')))
  await settled(element)
  expect(missing()).toBeLessThan(2)
  await expect.poll(() => byTestId(element.renderRoot, 'to-end')).toBeNull()
  expect((element.renderRoot as ShadowRoot).activeElement).toBe(log)
})

test('a message says when it was written: the time alone where it is from today', async () => {
  const old = { ...userTurn('Hi'), createdAtMs: Date.UTC(2020, 4, 1, 12) }
  const today = userTurn('Again')
  const { element } = await mount(Object.assign(new HrChat(), { view: readyView, chat: chatView([old, today]) }))
  const said = [...element.renderRoot.querySelectorAll('hr-turn')].map((turn) =>
    wordsOf(must(turn.renderRoot.querySelector('time'))),
  )
  expect(said).toEqual(
    [texts.numbers.moment(old.createdAtMs), texts.numbers.timeOfDay(today.createdAtMs)].map((text) =>
      text.replace(/\s+/g, ' '),
    ),
  )
})
