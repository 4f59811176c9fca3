import { expect, onTestFinished, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { LiveAnswer } from '../../../web/chat/live-answer.ts'
import { emptyAnswer, userTurn } from '../../../web/chat/turn.ts'
import { HrPresent } from '../../../web/hr-present.ts'
import { HrRoom } from '../../../web/hr-room.ts'
import { texts } from '../../../web/texts/texts.ts'
import {
  link as anyLink,
  byTestId,
  chatView,
  deviceView,
  holding,
  leaderDevice,
  mount,
  must,
  readyView,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'

/** With a secret that has words. */
const link = anyLink.replace(/E$/, 'A')

const shared = {
  ...readyView,
  devices: [
    { ...leaderDevice, holding: { ...holding, weightBytes: 75_000_000 } },
    deviceView({ holding: { ...holding, weightBytes: 25_000_000 } }),
  ],
}

async function present(part: Partial<HrPresent> = {}) {
  const wanted = { view: shared, chat: chatView([]), link, ...part }
  return (await mount(Object.assign(new HrPresent(), wanted))).element
}

async function size(width: number, height: number) {
  await page.viewport(width, height)
  onTestFinished(() => page.viewport(414, 896))
}

test('the present view shows the way in by code, link and words, and who carries how much', async () => {
  const element = await present()
  const words = () => wordsOf(element.renderRoot as ShadowRoot)
  await expect
    .poll(() => element.renderRoot.querySelector('hr-room-words')?.renderRoot.querySelectorAll('li').length)
    .toBe(12)
  expect(must(element.renderRoot.querySelector('hr-qr')).text).toBe(link)
  expect(words()).toContain('open 192.168.1.20:8443')
  expect(words()).toContain(link)
  expect(words()).toContain('2 devices run small')
  expect(words()).toContain('Laptop, Firefox 75%')
  expect(words()).toContain('Pixel 9, Chrome 25%')
})

test('before anything was asked the present view says what the room waits for', async () => {
  const alone = await present({ view: roomView() })
  expect(wordsOf(alone.renderRoot as ShadowRoot)).toContain('One device so far')
  expect(wordsOf(alone.renderRoot as ShadowRoot)).toContain('Nothing to talk to yet')
})

test('the present view follows the answer while it grows, and stays at its end', async () => {
  const question = userTurn('Why is the sky blue?')
  const answer = emptyAnswer(question.id)
  const live = new LiveAnswer(answer.id)
  const element = await present({ chat: chatView([question, answer], { live }) })
  for (let line = 0; line < 60; line++) live.push(`Because of reason ${line}.\n\n`)
  const talk = must(element.renderRoot.querySelector('.talk'))
  await expect.poll(() => wordsOf(talk)).toContain('Because of reason 59.')
  expect(wordsOf(talk)).toContain('Why is the sky blue?')
  await expect.poll(() => talk.scrollHeight - talk.scrollTop - talk.clientHeight).toBeLessThan(2)
})

test('the present view says in words why an answer failed', async () => {
  const question = userTurn('Why is the sky blue?')
  const problem = { code: 'out-of-memory', message: 'The phone has 12 MB left.' } as const
  const element = await present({
    chat: chatView([question, { ...emptyAnswer(question.id), state: 'failed', problem }]),
  })
  const talk = wordsOf(must(element.renderRoot.querySelector('.talk')))
  expect(talk).toContain(texts.errors['out-of-memory'].headline)
  expect(talk).toContain(problem.message)
  expect(talk).not.toContain('[object')
})

test('the room opens the present view with the chosen address; its button and Escape close it', async () => {
  await size(1_440, 900)
  const room = Object.assign(new HrRoom(), {
    view: shared,
    chat: chatView([]),
    models: [],
    addresses: [
      { name: 'wlan0', url: 'https://192.168.1.20:8443/' },
      { name: 'eth0', url: 'https://10.0.0.7:8443/' },
    ],
  })
  const { element } = await mount(room)
  const presented = () => element.renderRoot.querySelector('hr-present')
  await userEvent.selectOptions(must(byTestId(element.renderRoot, 'address')), '1')
  for (const close of [
    () => userEvent.click(must(byTestId(element.renderRoot, 'close-present'))),
    () => userEvent.keyboard('{Escape}'),
  ]) {
    await userEvent.click(must(byTestId(element.renderRoot, 'open-present')))
    await settled(element)
    expect(must(presented()).link).toContain('https://10.0.0.7:8443/#/room/')
    await close()
    await expect.poll(presented).toBeNull()
  }
})
