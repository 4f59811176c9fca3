// A room without a model has one thing to do, in the first screen of both its tabs: load the model that is chosen.
import { expect, onTestFinished, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { RoomFit } from '../../../src/index.ts'
import { userTurn } from '../../../web/chat/turn.ts'
import { HrRoom } from '../../../web/hr-room.ts'
import { firstModel } from '../../../web/models/first-model.ts'
import { type ModelWorkView, quietWork } from '../../../web/models/model-work.ts'
import {
  byTestId,
  chatView,
  leaderDevice,
  listedModels as models,
  mount,
  must,
  readyView,
  roomFit,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'

const { modelBytes, offeredBytes } = roomFit
const tooLarge: RoomFit = {
  modelId: 'tiny',
  fits: false,
  modelBytes,
  offeredBytes,
  missingBytes: 5_000_000,
  remedies: [],
}
const asked = (fit: RoomFit | null): ModelWorkView['fit'] => ({ model: 'tiny', options: {}, fit, error: null })

async function show(width: number, part: Partial<HrRoom> = {}) {
  await page.viewport(width, 844)
  onTestFinished(() => page.viewport(414, 896))
  return mount(Object.assign(new HrRoom(), { view: roomView(), chat: chatView([]), models, ...part }))
}

test.each([390, 1440])('at %i pixels one tap in the first screen loads the chosen model', async (width) => {
  const { element, commands } = await show(width)
  const button = must(byTestId(element.renderRoot, 'load-first'))
  expect(wordsOf(button)).toBe('Load Small, 98 MB')
  expect(button.getBoundingClientRect().bottom).toBeLessThan(844)
  await userEvent.click(button)
  expect(commands).toEqual([{ kind: 'load-model', model: 'small' }])
})

test('on a phone it stands in the chat too, and another model is a tap away', async () => {
  const { element } = await show(390)
  await userEvent.click(must(byTestId(element.renderRoot, 'tab-chat')))
  await settled(element)
  const button = must(byTestId(element.renderRoot, 'load-first'))
  expect(button.closest('hr-chat') ?? (button.getRootNode() as ShadowRoot).host.closest('hr-chat')).not.toBeNull()
  expect(button.checkVisibility() && button.getBoundingClientRect().bottom < 844).toBe(true)
  await userEvent.click(must(byTestId(element.renderRoot, 'choose-model')))
  await settled(element)
  expect(must(element.renderRoot.querySelector('hr-models')).checkVisibility()).toBe(true)
})

test('beside an old conversation it stands above both panels', async () => {
  const { element } = await show(1440, { chat: chatView([userTurn('Hello', null)]) })
  expect(must(byTestId(element.renderRoot, 'load-first')).getBoundingClientRect().bottom).toBeLessThan(200)
})

test('what somebody chose in the list is what it loads; where that does not fit it waits, and says why beneath', async () => {
  const { element } = await show(1440, { modelWork: { ...quietWork, fit: asked(null) } })
  expect(wordsOf(must(byTestId(element.renderRoot, 'load-first')))).toBe('Load Tiny, 1.19 MB')
  element.modelWork = { ...quietWork, fit: asked(tooLarge) }
  await settled(element)
  const offer = must(element.renderRoot.querySelector('hr-first-model'))
  expect(wordsOf(offer)).toContain('It does not fit this room')
  expect(must(byTestId(offer.renderRoot, 'load-first'))).toHaveProperty('disabled', true)
})

test.each([390, 1440])('at %i pixels a load shows in one place how far it is', async (width) => {
  const progress = { loadedBytes: 5_000_000, totalBytes: 98_000_000, downloadedBytes: 5_000_000 }
  const view = roomView({ state: { kind: 'loading', modelId: 'small' }, devices: [{ ...leaderDevice, progress }] })
  const { element, commands } = await show(width, { view })
  expect(byTestId(element.renderRoot, 'load-first')).toBeNull()
  expect(wordsOf(element).match(/Every device fetches its share 5 MB of 98 MB/g)).toHaveLength(1)
  expect(wordsOf(element).match(/fetches/g)).toHaveLength(1)
  const isInChat = element.renderRoot.querySelector('hr-chat hr-room-progress') !== null
  expect(isInChat).toBe(width > 1000)
  await userEvent.click(must(byTestId(element.renderRoot, 'cancel-load')))
  expect(commands).toEqual([{ kind: 'cancel-load' }])
  element.view = readyView
  await settled(element)
  expect(element.renderRoot.querySelector('hr-chat hr-room-progress')).toBeNull()
})

test('the model of the last visit comes before the server’s, in a list or not', () => {
  const named = (model: string) => ({ fit: null, last: { kind: 'named', model } as const })
  expect(firstModel(models, named('tiny'))?.name).toBe('Tiny')
  expect(firstModel(models, named('owner/large'))).toEqual({
    name: 'owner/large',
    sizeBytes: null,
    listed: false,
    command: { kind: 'load-again' },
  })
  expect(firstModel(models, quietWork)?.name).toBe('Small')
  expect([firstModel(null, quietWork), firstModel([], quietWork)]).toEqual([null, null])
})
