import { expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import {
  answerDefaults,
  presets,
  readAnswerSettings,
  requestOptions,
  samplingOf,
  settingsFor,
} from '../../../web/chat/answer-settings.ts'
import { HrSettings } from '../../../web/chat/hr-settings.ts'
import '../../../web/hr-guest.ts'
import '../../../web/hr-reader.ts'
import '../../../web/hr-room.ts'
import { openApp, rendered } from './open-app.ts'
import { byTestId, mount, must, readyView, settled, wordsOf } from './page-support.ts'

async function show(settings = answerDefaults) {
  const element = new HrSettings()
  element.settings = settings
  const mounted = await mount(element)
  element.show()
  const field = (id: string) => must(byTestId(element.renderRoot, id)) as HTMLInputElement
  return { ...mounted, field }
}

test('every setting has a name that belongs to its field, and a sentence that describes it', async () => {
  const { element } = await show()
  for (const field of element.renderRoot.querySelectorAll('input, textarea')) {
    expect(element.renderRoot.querySelector(`label[for="${field.id}"]`)?.textContent).toMatch(/\w/)
    const described = field.getAttribute('aria-describedby')
    expect(element.renderRoot.querySelector(`#${described}`)?.textContent).toMatch(/^[A-Z].*\.$/)
  }
  expect(element.renderRoot.querySelectorAll('input, textarea')).toHaveLength(8)
})

test('a preset sets its numbers and keeps the instructions', async () => {
  const settings = { ...answerDefaults, systemPrompt: 'Be short.' }
  const { commands, field } = await show(settings)
  await userEvent.click(field('preset-balanced'))
  expect(commands).toEqual([{ kind: 'set-answers', settings: { ...settings, ...presets.balanced } }])
})

test('a number of one’s own is no preset, and the page says so', async () => {
  const { element } = await show({ ...answerDefaults, ...presets.balanced, temperature: 0.71 })
  expect(element.renderRoot.querySelector('[aria-pressed=true]')).toBeNull()
  expect(wordsOf(must(element.renderRoot.querySelector('.field')))).toContain('your own numbers')
})

test('sliders move by the keyboard', async () => {
  const { commands, field } = await show()
  field('temperature').focus()
  await userEvent.keyboard('{ArrowRight}')
  expect(commands).toEqual([{ kind: 'set-answers', settings: { ...answerDefaults, temperature: 0.05 } }])
})

test('every number of sampling that is moved on the page goes with the next question', async () => {
  const { app, system } = await openApp()
  const chat = vi.spyOn(system, 'chat')
  const field = (id: string) => must(byTestId(app.renderRoot, id)) as HTMLInputElement
  const press = async (id: string) => {
    await userEvent.click(field(id))
    await rendered(app)
  }
  await press('start-room')
  await press('load-model')
  await press('settings')
  const moves = {
    temperature: '{ArrowRight}',
    topP: '{ArrowLeft}',
    minP: '{ArrowRight}',
    repetitionPenalty: '{ArrowRight}',
  }
  for (const [id, keys] of Object.entries(moves)) {
    field(id).focus()
    await userEvent.keyboard(keys + keys)
    await rendered(app)
  }
  await userEvent.fill(field('topK'), '40')
  await userEvent.tab()
  await userEvent.keyboard('{Escape}')
  await rendered(app)
  await userEvent.fill(field('prompt'), 'Hi')
  await userEvent.keyboard('{Enter}')
  await rendered(app)
  const moved = { temperature: 0.1, topP: 0.9, topK: 40, minP: 0.02, repetitionPenalty: 1.02 }
  await expect.poll(() => chat.mock.calls[0]?.[0].sampling).toMatchObject(moved)
})

test('a number out of bounds changes nothing', async () => {
  const { commands, field, element } = await show()
  await userEvent.fill(field('maxTokens'), '0')
  await userEvent.tab()
  await settled(element)
  expect(commands).toEqual([])
  await userEvent.fill(field('seed'), '7')
  await userEvent.tab()
  expect(commands).toEqual([{ kind: 'set-answers', settings: { ...answerDefaults, seed: 7 } }])
})

test('Escape closes the drawer', async () => {
  const { element } = await show()
  const dialog = must(element.renderRoot.querySelector('dialog'))
  expect(dialog.open).toBe(true)
  await userEvent.keyboard('{Escape}')
  expect(dialog.open).toBe(false)
})

test('kept settings come back, and anything else is none', () => {
  const settings = { ...answerDefaults, ...presets.inventive, seed: 3 }
  expect(readAnswerSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
  for (const bad of [undefined, null, {}, { ...settings, temperature: 9 }, { ...settings, topK: 1.5 }])
    expect(readAnswerSettings(bad)).toBeNull()
})

test('a seed that is left open is another one for every answer', () => {
  const drawn = [1, 2, 3].map(() => requestOptions(answerDefaults).sampling.seed)
  expect(new Set(drawn).size).toBe(3)
  expect(requestOptions({ ...answerDefaults, seed: 5 }).sampling.seed).toBe(5)
})

const model = { ...must(readyView.model), sampling: { temperature: 0.6, topK: 20 } }

test('what nobody has set is as the model’s own files say, and greedy where they say nothing', () => {
  expect(settingsFor(null, readyView.model)).toEqual(answerDefaults)
  expect(settingsFor(null, model)).toEqual({ ...answerDefaults, temperature: 0.6, topK: 20 })
  expect(settingsFor(answerDefaults, model)).toEqual(answerDefaults)
  expect(samplingOf({ ...model, sampling: { temperature: 50 } })).toBeNull()
})

test('the model’s own numbers are a preset, offered where its files bring some', async () => {
  const { element, commands, field } = await show()
  expect(byTestId(element.renderRoot, 'preset-model')).toBeNull()
  element.modelSampling = samplingOf(model)
  await settled(element)
  await userEvent.click(field('preset-model'))
  expect(commands).toEqual([{ kind: 'set-answers', settings: { ...answerDefaults, temperature: 0.6, topK: 20 } }])
})
