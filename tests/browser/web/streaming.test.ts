// What a token costs the page. A recorded answer is replayed, one token a frame, with no model running; the browser itself counts.
import { expect, onTestFinished, test, vi } from 'vitest'
import { cdp, page, userEvent } from 'vitest/browser'
import { fetchMarkdown } from '../../../web/chat/growing-text.ts'
import { LiveAnswer } from '../../../web/chat/live-answer.ts'
import { emptyAnswer, userTurn } from '../../../web/chat/turn.ts'
import { HrApp } from '../../../web/hr-app.ts'
import { HrChat } from '../../../web/hr-chat.ts'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import { HrRoom } from '../../../web/hr-room.ts'
import { HrTurn } from '../../../web/hr-turn.ts'
import recorded from '../../fixtures/recorded-answer.json'
import { openApp, rendered } from './open-app.ts'
import { byTestId, chatView, mount, must, readyView, tokenRecord, wordsOf } from './page-support.ts'

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
  await expect.poll(() => wordsOf(figures)).toContain(`${10 * tenth} tokens`)
  console.info('Layouts, style passes and new nodes a token, by tenths:', JSON.stringify(spent))

  const [first, last] = [spent[0]!, spent[9]!]
  expect(pieces.length).toBeGreaterThan(500)
  expect(renders.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
  expect(Math.max(...spent.map(({ layouts, styles }) => Math.max(layouts, styles)))).toBeLessThan(2)
  expect(last.layouts).toBeLessThanOrEqual(first.layouts * 1.25 + 0.25)
  expect(last.styles).toBeLessThanOrEqual(first.styles * 1.25 + 0.25)
  expect(Math.max(...spent.map(({ nodes }) => nodes))).toBeLessThan(20)
})

function settledLater() {
  let settle = () => {}
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { settled, settle }
}

interface LayoutShift extends PerformanceEntry {
  readonly sources: readonly { previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[]
}

/** Where something stood or stands now that the browser saw moving, from now on. */
function movedPlaces() {
  const places: DOMRectReadOnly[] = []
  const add = (entries: PerformanceEntryList) => {
    for (const { sources } of entries as LayoutShift[])
      places.push(...sources.flatMap(({ previousRect, currentRect }) => [previousRect, currentRect]))
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ type: 'layout-shift' })
  onTestFinished(() => observer.disconnect())
  return () => {
    add(observer.takeRecords())
    return places.filter(({ width, height }) => width > 0 && height > 0)
  }
}

test('on the whole page a token renders no screen anew, and moves nothing outside the conversation', async () => {
  await page.viewport(1280, 800)
  onTestFinished(() => page.viewport(414, 896))
  await fetchMarkdown()
  const { app, system } = await openApp()
  const press = async (id: string) => {
    await userEvent.click(must(byTestId(app.renderRoot, id)))
    await rendered(app)
  }
  await press('start-room')
  await press('load-model')
  const pieces = recorded.pieces.slice(0, 300)
  const everySecond = 60
  /** The answer waits here until the test has looked: a slow machine is late with both. */
  const stops = [30, pieces.length - 10].map((at) => ({ at, reached: settledLater(), goOn: settledLater() }))
  let told = 0
  system.answer = pieces
  system.pause = async () => {
    await nextFrame()
    const stop = stops.find(({ at }) => at === told)
    stop?.reached.settle()
    await stop?.goOn.settled
    if (++told === 1) system.show({ ...system.view, state: { kind: 'generating', modelId: 'small' } })
    else if (told % everySecond === 0) system.show({ ...system.view })
  }
  await userEvent.fill(must(byTestId(app.renderRoot, 'prompt')), recorded.prompt)
  await userEvent.keyboard('{Enter}')
  const [early, late] = [stops[0]!, stops[1]!]
  await early.reached.settled

  const renders = [HrApp, HrRoom, HrChat, HrTurn].map((component) => vi.spyOn(component.prototype, 'render'))
  onTestFinished(() => {
    for (const spy of renders) spy.mockRestore()
  })
  const moved = movedPlaces()
  const before = told
  early.goOn.settle()
  await late.reached.settled
  const refreshes = Math.ceil((told - before) / everySecond)
  const counts = renders.map((spy) => spy.mock.calls.length)
  const chat = must(app.renderRoot.querySelector('hr-room')?.shadowRoot?.querySelector('hr-chat'))
  const log = must(chat.shadowRoot?.querySelector('[role=log]')).getBoundingClientRect()
  const isOutside = ({ left, right, top, bottom }: DOMRectReadOnly) =>
    left < log.left - 1 || right > log.right + 1 || top < log.top - 1 || bottom > log.bottom + 1
  console.info(`Renders over ${told - before} tokens: ${counts.join(', ')}`)
  expect(told - before).toBeGreaterThan(200)
  for (const count of counts) expect(count).toBeLessThanOrEqual(2 * refreshes)
  expect(moved().filter(isOutside)).toEqual([])

  late.goOn.settle()
  await expect.poll(() => byTestId(app.renderRoot, 'stop')).toBeNull()
  // For half a second after a press or a key browsers take what moves for its effect.
  await new Promise((resolve) => setTimeout(resolve, 600))
  const above = document.createElement('p')
  above.style.height = '200px'
  document.body.prepend(above)
  onTestFinished(() => above.remove())
  await expect.poll(() => moved().filter(isOutside)).not.toEqual([])
})
