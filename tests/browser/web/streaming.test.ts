// What a token costs the page. A recorded answer is replayed, one token a frame, with no model running; the browser itself counts.
import { expect, onTestFinished, test, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { fetchMarkdown } from '../../../web/chat/growing-text.ts'
import { LiveAnswer } from '../../../web/chat/live-answer.ts'
import { emptyAnswer, userTurn } from '../../../web/chat/turn.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import { HrTurn } from '../../../web/hr-turn.ts'
import recorded from '../../fixtures/recorded-answer.json'
import { chatView, mount, must, readyView, tokenRecord, wordsOf } from './page-support.ts'

interface Session {
  send(method: 'Performance.enable' | 'Performance.disable'): Promise<void>
  send(method: 'Performance.getMetrics'): Promise<{ metrics: { name: string; value: number }[] }>
}

async function browserCounts() {
  const { metrics } = await (cdp() as unknown as Session).send('Performance.getMetrics')
  const of = (name: string) => must(metrics.find((metric) => metric.name === name)).value
  return { layouts: of('LayoutCount'), styles: of('RecalcStyleCount') }
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

test('a token costs no more at the end of a long answer than at its beginning', async () => {
  await fetchMarkdown()
  const session = cdp() as unknown as Session
  await session.send('Performance.enable')
  onTestFinished(() => session.send('Performance.disable'))
  const question = userTurn(recorded.prompt)
  const answer = emptyAnswer(question.id)
  const live = new LiveAnswer(answer.id)
  const element = new HrChat()
  element.style.height = '600px'
  element.view = readyView
  element.chat = chatView([question, answer], { live })
  await mount(element)

  const renders = [vi.spyOn(HrChat.prototype, 'render'), vi.spyOn(HrTurn.prototype, 'render')]
  onTestFinished(() => {
    for (const spy of renders) spy.mockRestore()
  })
  let addedNodes = 0
  const observer = new MutationObserver((records) => {
    for (const { addedNodes: added } of records) addedNodes += added.length
  })
  const { pieces } = recorded
  live.push(pieces[0]!)
  element.chat = { ...element.chat }
  await element.updateComplete
  await nextFrame()
  const shown = must(element.renderRoot.querySelector('hr-turn:last-of-type')?.shadowRoot?.querySelector('hr-answer'))
  observer.observe(shown, { childList: true, subtree: true })
  for (const spy of renders) spy.mockClear()

  const tenth = Math.floor((pieces.length - 1) / 10)
  const spent: { layouts: number; styles: number; nodes: number }[] = []
  for (let part = 0; part < 10; part++) {
    const before = { ...(await browserCounts()), nodes: addedNodes }
    for (const piece of pieces.slice(1 + part * tenth, 1 + (part + 1) * tenth)) {
      live.push(piece)
      live.tokens.add([tokenRecord({ text: piece })])
      await nextFrame()
    }
    await nextFrame()
    const after = { ...(await browserCounts()), nodes: addedNodes }
    spent.push({
      layouts: (after.layouts - before.layouts) / tenth,
      styles: (after.styles - before.styles) / tenth,
      nodes: (after.nodes - before.nodes) / tenth,
    })
  }
  observer.disconnect()
  const figures = must(
    element.renderRoot.querySelector('hr-turn:last-of-type')?.shadowRoot?.querySelector('hr-live-figures'),
  )
  await vi.waitFor(() => expect(wordsOf(figures)).toContain(`${10 * tenth} tokens`))
  console.info('Layouts, style passes and new nodes a token, by tenths:', JSON.stringify(spent))

  const [first, last] = [spent[0]!, spent[9]!]
  expect(pieces.length).toBeGreaterThan(500)
  expect(renders.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
  expect(Math.max(...spent.map(({ layouts, styles }) => Math.max(layouts, styles)))).toBeLessThan(2)
  expect(last.layouts).toBeLessThanOrEqual(first.layouts * 1.25 + 0.25)
  expect(last.styles).toBeLessThanOrEqual(first.styles * 1.25 + 0.25)
  expect(Math.max(...spent.map(({ nodes }) => nodes))).toBeLessThan(20)
}, 180_000)
