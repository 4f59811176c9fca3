import { expect, onTestFinished, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { fetchMarkdown } from '../../../web/chat/growing-text.ts'
import { emptyAnswer, userTurn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import { HrNotice } from '../../../web/hr-notice.ts'
import { followLanguage } from '../../../web/texts/follow-language.ts'
import { byTestId, chatView, mount, must, readyView, wordsOf } from './page-support.ts'

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

test('what the engine says in English is folded away for whoever reads another language', async () => {
  followLanguage()
  onTestFinished(() => speakInBrowser('en-US'))
  const error = { code: 'peer-lost', message: 'Pixel 9 left the room.' } as const
  const { element } = await mount(Object.assign(new HrNotice(), { error }))
  const own = () => must(element.renderRoot.querySelector('[lang=en]'))
  expect(own().checkVisibility()).toBe(true)
  await speakInBrowser('de-DE')
  await expect.poll(() => document.documentElement.lang).toBe('de')
  await expect.poll(() => element.renderRoot.querySelector('details')).not.toBeNull()
  expect([own().checkVisibility(), wordsOf(own())]).toEqual([false, 'Pixel 9 left the room.'])
})
