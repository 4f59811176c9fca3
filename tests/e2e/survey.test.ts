// Devices of a quiet room measure the executors that they do not use, each in a worker that people's answers end at once.
import type { Page } from '@playwright/test'
import { formRoom, infer, load, view } from './support/script.ts'
import { storiesId } from './support/site.ts'
import { expect, test } from './support/stage.ts'

/** Engine workers that pages start and end from here on: `+` and `-` with the page's index. */
function watchWorkers(pages: readonly Page[]): string[] {
  const events: string[] = []
  for (const [index, page] of pages.entries())
    page.on('worker', (worker) => {
      if (!worker.url().includes('engine-worker')) return
      events.push(`+${index}`)
      worker.on('close', () => events.push(`-${index}`))
    })
  return events
}

test('a quiet room measures WebGPU too, one device at a time; an answer comes through unchanged', async ({ stage }) => {
  const site = await stage.serve()
  const pages = await formRoom(stage, site, { tabs: 2, query: 'executor=wasm' })
  const [leader, guest] = pages
  const events = watchWorkers(pages)
  await load(leader, storiesId)
  const request = { model: storiesId, input: { text: 'Once upon a time' }, maxTokens: 48 }
  const before = await infer(leader, request)
  expect(events).toEqual([])

  await expect.poll(() => events).toEqual(['+0'])
  const during = await infer(leader, request)
  expect(during.tokens).toEqual(before.tokens)
  expect((await view(leader)).devices.map(({ profile }) => profile?.otherExecutors)).toEqual([[], []])

  const measured = async () =>
    (await view(leader)).devices.map(({ profile }) => profile?.otherExecutors.map(({ executor }) => executor))
  await expect.poll(measured).toEqual([['webgpu'], ['webgpu']])
  // The leader had to begin again. A page hears of a worker's end a little after it; that turns do not overlap is in tests/unit/cluster/survey-turns.test.ts.
  expect(events.filter((event) => event.startsWith('+'))).toEqual(['+0', '+0', '+1'])
  await expect.poll(() => events.filter((event) => event.startsWith('-'))).toEqual(['-0', '-0', '-1'])
  for (const { profile } of (await view(leader)).devices) {
    const [webgpu] = profile?.otherExecutors ?? []
    expect(webgpu?.weightBytesPerSecond ?? webgpu?.why).toBeTruthy()
  }

  await guest!.reload()
  await guest!.waitForFunction(() => globalThis.headroom!.view.devices.some(({ isSelf, profile }) => isSelf && profile))
  const own = (await view(guest!)).devices.find(({ isSelf }) => isSelf)
  expect(own?.profile?.otherExecutors.map(({ executor }) => executor)).toEqual(['webgpu'])
})
