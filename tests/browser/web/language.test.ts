import type { LitElement } from 'lit'
import { expect, onTestFinished, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { fetchMarkdown } from '../../../web/chat/growing-text.ts'
import { emptyAnswer, userTurn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import { HrDevice } from '../../../web/hr-device.ts'
import { HrExecutors } from '../../../web/hr-executors.ts'
import { HrNotice } from '../../../web/hr-notice.ts'
import { HrParted } from '../../../web/hr-parted.ts'
import { HrRoomState } from '../../../web/hr-room-state.ts'
import { HrLoadTrouble } from '../../../web/models/hr-load-trouble.ts'
import { followLanguage } from '../../../web/texts/follow-language.ts'
import {
  byTestId,
  chatView,
  deviceView,
  leaderDevice,
  mount,
  must,
  profile,
  readyView,
  roomView,
  wordsOf,
} from './page-support.ts'

interface Session {
  send(
    method: 'Emulation.setUserAgentOverride',
    parameters: { userAgent: string; acceptLanguage?: string },
  ): Promise<void>
}

/** As if somebody had changed it in the browser's settings. */
async function speakInBrowser(acceptLanguage: string) {
  await (cdp() as unknown as Session).send('Emulation.setUserAgentOverride', {
    userAgent: navigator.userAgent,
    acceptLanguage,
  })
  window.dispatchEvent(new Event('languagechange'))
}

test('the page follows the browser into another language, and what was written stays', async () => {
  await fetchMarkdown()
  followLanguage()
  onTestFinished(() => speakInBrowser('en-US'))
  const element = new HrChat()
  element.view = readyView
  const content = '<think>Hm.</think>Yes.'
  element.chat = chatView([userTurn('Hi'), { ...emptyAnswer(), content, state: 'stopped' }])
  await mount(element)
  const prompt = must(byTestId(element.renderRoot, 'prompt')) as HTMLTextAreaElement
  prompt.value = 'half a sent'
  prompt.dispatchEvent(new Event('input'))
  await speakInBrowser('de-DE')
  await expect.poll(() => prompt.placeholder).toBe('Schreib eine Nachricht')
  expect(document.documentElement.lang).toBe('de')
  expect(prompt.value).toBe('half a sent')
  expect(wordsOf(element)).toContain('Was das Modell vorher dachte')
  expect(wordsOf(element)).toContain('Angehalten')
  await speakInBrowser('en-US')
  await expect.poll(() => prompt.placeholder).toBe('Write a message')
})

const error = { code: 'peer-lost', message: 'Pixel 9 left the room.' } as const
const refused = { executor: 'webgpu', weightBytesPerSecond: null, phases: null, backend: null } as const
const troubled = [leaderDevice, deviceView({ error })]

test.each<[string, () => LitElement]>([
  ['a notice', () => Object.assign(new HrNotice(), { error })],
  ['a device', () => Object.assign(new HrDevice(), { device: deviceView({ error }) })],
  ['a share that failed', () => Object.assign(new HrLoadTrouble(), { view: { ...readyView, devices: troubled } })],
  ['the way out of a room', () => Object.assign(new HrParted(), { why: error })],
  [
    'a room that takes over a share',
    () =>
      Object.assign(new HrRoomState(), {
        leading: true,
        view: roomView({ state: { kind: 'recovering', modelId: 'small', error } }),
      }),
  ],
  [
    'the choice of an executor',
    () =>
      Object.assign(new HrExecutors(), {
        profile: { ...profile, otherExecutors: [{ ...refused, why: error.message }] },
      }),
  ],
])('what the engine says in English is folded away for whoever reads another language: %s', async (_, shown) => {
  followLanguage()
  onTestFinished(() => speakInBrowser('en-US'))
  const { element } = await mount(shown())
  const own = () => must(englishIn(element.renderRoot))
  expect([own().checkVisibility(), wordsOf(own())]).toEqual([true, error.message])
  await speakInBrowser('de-DE')
  await expect.poll(() => document.documentElement.lang).toBe('de')
  await expect.poll(() => own().checkVisibility()).toBe(false)
  const details = must(own().closest('details'))
  expect([wordsOf(must(details.querySelector('summary'))), wordsOf(own())]).toEqual(['Einzelheiten', error.message])
  details.open = true
  expect(own().checkVisibility()).toBe(true)
})

/** Through all shadow roots. */
function englishIn(root: ParentNode): HTMLElement | null {
  for (const each of root.querySelectorAll<HTMLElement>('*')) {
    const found = each.lang === 'en' ? each : each.shadowRoot && englishIn(each.shadowRoot)
    if (found) return found
  }
  return null
}
