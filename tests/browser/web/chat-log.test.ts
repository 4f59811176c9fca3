// Where the chat's log stands while its turns and its height change.
import { expect, test } from 'vitest'
import { AnswerTokens } from '../../../web/chat/answer-tokens.ts'
import { LiveAnswer } from '../../../web/chat/live-answer.ts'
import { type Turn, userTurn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import type { HrTurn } from '../../../web/hr-turn.ts'
import { answer, show } from './chat-support.ts'
import { byTestId, chatView, mount, must, readyView, settled, tokenRecord } from './page-support.ts'

test('the log follows the newest line until somebody scrolls up', async () => {
  const { element } = await show([])
  element.style.height = '300px'
  const log = must(element.renderRoot.querySelector<HTMLElement>('[role=log]'))
  const grow = async (lines: number) => {
    element.chat = chatView([userTurn('Hi'), { ...answer, content: 'line\n'.repeat(lines) }])
    await settled(element)
  }
  await grow(60)
  expect(log.scrollHeight - log.scrollTop - log.clientHeight).toBeLessThan(2)
  const scrolled = new Promise((resolve) => log.addEventListener('scroll', resolve, { once: true }))
  log.scrollTop = 100
  await scrolled
  await grow(80)
  expect(log.scrollTop).toBe(100)
})

test('a scroll that is heard after the answer has grown takes nobody from its end', async () => {
  const { element } = await show([userTurn('Hi'), { ...answer, content: 'line\n'.repeat(60) }])
  element.style.height = '300px'
  const log = must(element.renderRoot.querySelector<HTMLElement>('[role=log]'))
  const missing = () => log.scrollHeight - log.scrollTop - log.clientHeight
  await expect.poll(() => log.scrollTop > 0 && missing() < 2).toBe(true)
  const newest = must([...element.renderRoot.querySelectorAll<HrTurn>('hr-turn')].at(-1))
  newest.style.blockSize = `${newest.offsetHeight + 200}px`
  expect(missing()).toBeGreaterThan(100)
  log.dispatchEvent(new Event('scroll'))
  await expect.poll(missing).toBeLessThan(2)
  expect(byTestId(element.renderRoot, 'to-end')).toBeNull()
})

test('the log stays at its end when a keyboard takes from its height', async () => {
  const { element } = await show([userTurn('Hi'), { ...answer, content: 'line\n'.repeat(60) }])
  const log = must(element.renderRoot.querySelector<HTMLElement>('[role=log]'))
  element.style.height = '600px'
  const missing = () => log.scrollHeight - log.scrollTop - log.clientHeight
  await expect.poll(() => log.clientHeight > 200 && missing() < 2).toBe(true)
  const before = log.clientHeight
  element.style.height = '300px'
  await expect.poll(() => log.clientHeight < before && missing() < 2).toBe(true)
})

test('nothing moves when an answer has ended', async () => {
  const writing: Turn = { ...answer, state: 'streaming', figures: null }
  const { element } = await show([userTurn('Hi'), writing])
  const turn = must([...element.renderRoot.querySelectorAll<HrTurn>('hr-turn')].at(-1))
  const tokens = new AnswerTokens([tokenRecord()])
  const live = new LiveAnswer(writing.id, writing.content, tokens)
  Object.assign(turn, { live, begun: true })
  live.tokens.add([tokenRecord()])
  await settled(element)
  const heightPx = () => turn.getBoundingClientRect().height
  const before = heightPx()
  expect(before).toBeGreaterThan(100)
  Object.assign(turn, { turn: answer, live: null, tokens, begun: false })
  await settled(element)
  expect(byTestId(turn.renderRoot, 'regenerate')).not.toBeNull()
  expect(Math.abs(heightPx() - before)).toBeLessThan(2)
})

test('of hundreds of turns only those in sight are laid out, and the log is at its end', async () => {
  const turns = Array.from({ length: 200 }, (_, index) => [
    userTurn(`Question ${index}`),
    { ...answer, id: `answer ${index}`, content: 'line\n\n'.repeat(12) },
  ])
  const element = new HrChat()
  element.style.height = '400px'
  element.view = readyView
  element.chat = chatView(turns.flat())
  await mount(element)
  const log = must(element.renderRoot.querySelector<HTMLElement>('[role=log]'))
  const laidOut = () =>
    [...element.renderRoot.querySelectorAll('hr-turn')].filter((turn) =>
      must(turn.shadowRoot?.firstElementChild).checkVisibility({ contentVisibilityAuto: true }),
    )
  await expect.poll(() => laidOut().length).toBeLessThan(20)
  expect(laidOut().at(-1)).toBe([...element.renderRoot.querySelectorAll('hr-turn')].at(-1))
  await expect.poll(() => log.scrollHeight - log.scrollTop - log.clientHeight).toBeLessThan(2)
})
