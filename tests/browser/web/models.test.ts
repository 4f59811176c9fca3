// Choosing a model: whether it fits, a hub's search, a load that is held, devices that failed. The engine is a double; the answers are data.

import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { LoadOptions, RoomFit } from '../../../src/index.ts'
import { HrModels } from '../../../web/hr-models.ts'
import { HrRoomState } from '../../../web/hr-room-state.ts'
import { DownloadRate } from '../../../web/models/download-rate.ts'
import { HrFit } from '../../../web/models/hr-fit.ts'
import { HrHubSearch } from '../../../web/models/hr-hub-search.ts'
import type { LastModel } from '../../../web/models/last-model.ts'
import { ModelWork, quietWork } from '../../../web/models/model-work.ts'
import {
  byTestId,
  deviceView,
  leaderDevice,
  mount,
  must,
  readyView,
  roomFit,
  roomView,
  settled,
  wordsOf,
} from './page-support.ts'
import { SystemDouble } from './system-double.ts'

const tooLarge: RoomFit = {
  modelId: 'large',
  fits: false,
  modelBytes: 8_000_000_000,
  offeredBytes: 3_000_000_000,
  missingBytes: 5_100_000_000,
  remedies: [
    { kind: 'more-devices', count: 3, deviceName: 'Pixel 9, Chrome', memoryBytes: 2_000_000_000 },
    { kind: 'smaller-weights', format: 'int4' },
  ],
}

async function showFit(fit: RoomFit) {
  return mount(Object.assign(new HrFit(), { view: { model: 'large', options: {}, fit, error: null } }))
}

test('a model that fits says so, with its speed and what each device would hold', async () => {
  const { element } = await showFit(roomFit)
  expect(wordsOf(element)).toContain('It fits this room The model’s files have 98 MB; the devices here give 3 GB.')
  expect(wordsOf(element)).toContain('About 25 tokens a second')
  expect(wordsOf(element)).toContain('Laptop, Firefox 120 MB of 1.5 GB')
})

test('a speed that was not measured is not said', async () => {
  const speed = { known: false, missing: 'round-trip', deviceName: 'Pixel 9', computeMs: 30 } as const
  const { element } = await showFit({ ...roomFit, ...(roomFit.fits && { speed }) } as RoomFit)
  expect(wordsOf(element)).toContain('How fast is not known yet: the way to Pixel 9 is not measured.')
  expect(wordsOf(element)).not.toContain('tokens a second')
})

test('a model that does not fit says what is missing and what would do, and smaller weights are one press', async () => {
  const { element, commands } = await showFit(tooLarge)
  expect(wordsOf(element)).toContain('It does not fit this room 5.1 GB are missing.')
  expect(wordsOf(element)).toContain('Let 3 more devices like Pixel 9, Chrome join (2 GB each).')
  await userEvent.click(must(element.renderRoot.querySelector('button')))
  expect(commands).toEqual([{ kind: 'load-model', model: 'large', weights: 'int4' }])
})

test('what does not fit is not loaded, and is looked at again when another device comes', async () => {
  const system = new SystemDouble()
  const work = new ModelWork(system, sessionStorage, () => undefined)
  work.roomChanged(roomView())
  system.fit = tooLarge
  await work.perform({ kind: 'load-model', model: 'large' })
  expect(work.view.fit?.fit?.fits).toBe(false)
  expect(system.asked).toEqual([])
  system.fit = roomFit
  work.roomChanged(roomView({ devices: [leaderDevice, deviceView()] }))
  await expect.poll(() => work.view.fit?.fit?.fits).toBe(true)
  await work.perform({ kind: 'load-model', model: 'large' })
  await work.perform({ kind: 'load-again', weights: 'int4' })
  expect(system.asked).toEqual(['loadModel large', 'loadModel large'])
})

test('what was loaded last is known after a reload, with its weights, and of a file its name; a token is not kept', async () => {
  localStorage.clear()
  const system = new SystemDouble()
  const opened = () => new ModelWork(system, localStorage, () => undefined)
  expect(opened().view.last).toBeNull()
  await expect(opened().perform({ kind: 'load-again' })).rejects.toMatchObject({ code: 'bad-input' })
  await opened().perform({ kind: 'load-model', model: 'owner/name', hubToken: 'hf_secret', weights: 'int4' })
  expect(opened().view.last).toEqual({ kind: 'named', model: 'owner/name', weights: 'int4' })
  await opened().perform({ kind: 'load-again' })
  expect(system.asked).toEqual(['loadModel owner/name hf_secret', 'loadModel owner/name'])
  await opened().perform({ kind: 'load-model', model: [new File([], 'own.gguf')] })
  expect(opened().view.last).toMatchObject({ kind: 'file' })
  await expect(opened().perform({ kind: 'load-again' })).rejects.toMatchObject({ code: 'bad-input' })
  expect(JSON.stringify({ ...localStorage })).not.toContain('hf_secret')
  localStorage.setItem('headroom.model', '{"kind":"named"}')
  expect(opened().view.last).toBeNull()
})

test('the room offers what it ran last: chosen in the list, or by its name, or as the file to choose again', async () => {
  const listed = [
    { modelId: 'small', name: 'Small', sizeBytes: 98e6, isDefault: true },
    { modelId: 'large', name: 'Large', sizeBytes: 1e9, isDefault: false },
  ]
  const offered = async (last: LastModel) => {
    const parts = { view: roomView(), models: listed, work: { ...quietWork, last } }
    return mount(Object.assign(new HrModels(), parts))
  }
  const { element } = await offered({ kind: 'named', model: 'large' })
  expect(must(element.renderRoot.querySelector<HTMLInputElement>('input:checked')).value).toBe('large')
  expect(byTestId(element.renderRoot, 'last-model')).toBeNull()

  const hub = await offered({ kind: 'named', model: 'owner/name', weights: 'int4' })
  const notice = must(byTestId(hub.element.renderRoot, 'last-model'))
  expect(wordsOf(notice)).toBe('The last model here was owner/name, with 4-bit weights. Load it again')
  await userEvent.click(must(notice.shadowRoot?.querySelector('button')))
  expect(hub.commands).toEqual([{ kind: 'load-again' }])
  hub.element.view = readyView
  await settled(hub.element)
  expect(byTestId(hub.element.renderRoot, 'last-model')).toBeNull()

  const file = await offered({ kind: 'file', name: 'own.gguf' })
  expect(wordsOf(file.element)).toContain('was own.gguf, from this device. A page cannot open a file by itself')
})

test('of two questions the answer to the later one is shown', async () => {
  const system = new SystemDouble()
  const work = new ModelWork(system, sessionStorage, () => undefined)
  await work.perform({ kind: 'check-fit', model: 'first' })
  await work.perform({ kind: 'check-fit', model: 'second' })
  await expect.poll(() => work.view.fit?.fit?.modelId).toBe('second')
})

test('a hub’s repositories and models are lists of buttons, with licence, downloads, sizes and what cannot be read', async () => {
  const found = [
    { repository: 'a/small-GGUF', downloads: 12_400, license: 'mit', gated: false },
    { repository: 'b/locked', downloads: null, license: null, gated: true },
  ]
  const search = Object.assign(new HrHubSearch(), { hub: { found, listing: null }, token: 'hf_x' })
  const { element, commands } = await mount(search)
  expect(wordsOf(element)).toContain('a/small-GGUF licence mit · 12,400 downloads a month')
  expect(wordsOf(element)).toContain('b/locked no licence named · needs a token')
  await userEvent.fill(must(byTestId(element.renderRoot, 'hub-words')), ' small ')
  await userEvent.keyboard('{Enter}')
  await userEvent.click(must(element.renderRoot.querySelector('li button')))
  const models = [
    {
      name: 'a/small-GGUF/s-Q4_K_M.gguf',
      file: 's-Q4_K_M.gguf',
      sizeBytes: 105_000_000,
      quantization: 'Q4_K_M',
      readable: true,
    },
    {
      name: 'a/small-GGUF/s-IQ1_S.gguf',
      file: 's-IQ1_S.gguf',
      sizeBytes: 40_000_000,
      quantization: 'IQ1_S',
      readable: false,
    },
  ]
  Object.assign(element, { hub: { found, listing: { repository: 'a/small-GGUF', license: 'mit', models } } })
  await settled(element)
  expect(wordsOf(element)).toContain('s-Q4_K_M.gguf Q4_K_M · 105 MB')
  expect(element.shadowRoot?.activeElement?.textContent).toBe('Models in a/small-GGUF')
  const [readable, unreadable] = element.renderRoot.querySelectorAll<HTMLButtonElement>('li button')
  expect(must(unreadable).disabled).toBe(true)
  await userEvent.click(must(readable))
  expect(commands).toEqual([
    { kind: 'search-hub', words: 'small', hubToken: 'hf_x' },
    { kind: 'open-repository', repository: 'a/small-GGUF', hubToken: 'hf_x' },
    { kind: 'check-fit', model: 'a/small-GGUF/s-Q4_K_M.gguf', hubToken: 'hf_x' },
  ])
})

test('a load is held and goes on by one button', async () => {
  const progress = { loadedBytes: 10_000_000, totalBytes: 40_000_000, downloadedBytes: 10_000_000 }
  const devices = [deviceView({ progress })]
  const state = Object.assign(new HrRoomState(), { leading: true })
  state.view = roomView({ state: { kind: 'loading', modelId: 'small' }, devices })
  const { element, commands } = await mount(state)
  const button = () => must(byTestId(element.renderRoot, 'hold-load'))
  expect(wordsOf(button())).toBe('Pause')
  await userEvent.click(button())
  element.view = roomView({ state: { kind: 'loading', modelId: 'small', paused: true }, devices })
  await settled(element)
  expect(wordsOf(element)).toContain('Paused. What has come is kept.')
  expect(wordsOf(button())).toBe('Go on')
  await userEvent.click(button())
  expect(commands).toEqual([
    { kind: 'hold-load', held: true },
    { kind: 'hold-load', held: false },
  ])
})

test('a device that failed is named, with what it said, and another try or other weights are one press', async () => {
  const error = { code: 'out-of-memory', message: 'Pixel 9: 300 MB do not fit.' } as const
  const state = Object.assign(new HrRoomState(), { leading: true })
  state.view = { ...readyView, devices: [leaderDevice, deviceView({ error })] }
  const { element, commands } = await mount(state)
  const trouble = must(byTestId(element.renderRoot, 'load-trouble'))
  expect(wordsOf(trouble)).toContain('Pixel 9, Chrome could not take its share')
  expect(wordsOf(trouble)).toContain('300 MB do not fit.')
  expect(wordsOf(trouble)).toContain('The room goes on without it.')
  await userEvent.click(must(byTestId(trouble, 'load-again')))
  await userEvent.click(must(byTestId(trouble, 'load-smaller')))
  expect(commands).toEqual([{ kind: 'load-again' }, { kind: 'load-again', weights: 'int4' }])
  expect(byTestId(trouble, 'load-without')).toBeNull()
})

test('where the others cannot hold the model without it, the device can be tried again, in other weights, or be done without', async () => {
  const error = { code: 'out-of-memory', message: 'Pixel 9: 300 MB do not fit.' } as const
  const state = Object.assign(new HrRoomState(), { leading: true })
  const failed = { kind: 'failed', error: { code: 'plan-impossible', message: '200 MB are missing.' } } as const
  state.view = roomView({ state: failed, devices: [leaderDevice, deviceView({ error })] })
  const { element, commands } = await mount(state)
  expect(wordsOf(element)).toContain('200 MB are missing.')
  expect(wordsOf(element)).toContain('The others cannot hold this model without it')
  expect(wordsOf(element)).not.toContain('Load it again')
  for (const button of ['load-again', 'load-smaller', 'load-without'])
    await userEvent.click(must(byTestId(element.renderRoot, button)))
  expect(commands).toEqual([
    { kind: 'load-again' },
    { kind: 'load-again', weights: 'int4' },
    { kind: 'load-again', without: 'pixel' },
  ])
  element.view = roomView({ state: failed })
  await settled(element)
  await userEvent.click(must(byTestId(element.renderRoot, 'load-smaller')))
  expect(wordsOf(element)).toContain('Load it again')
  expect(commands.at(-1)).toEqual({ kind: 'load-again', weights: 'int4' })
})

test('a load without a device is one load: the next one has it again', async () => {
  const system = new SystemDouble()
  const work = new ModelWork(system, sessionStorage, () => undefined)
  const options: LoadOptions[] = []
  system.loadModel = async (_model, given = {}) => void options.push(given)
  await work.perform({ kind: 'load-model', model: 'small', weights: 'int8' })
  await work.perform({ kind: 'load-again', without: 'pixel' })
  await work.perform({ kind: 'load-again', weights: 'int4' })
  expect(options).toEqual([{ weights: 'int8' }, { weights: 'int8', without: 'pixel' }, { weights: 'int4' }])
})

test('a full storage offers the way to free it', async () => {
  const state = Object.assign(new HrRoomState(), { leading: true })
  state.view = roomView({ notices: [{ code: 'storage-full', message: 'No more room.' }] })
  const { element, commands } = await mount(state)
  const notice = must(element.renderRoot.querySelector('hr-notice'))
  expect(wordsOf(notice)).toContain('Free space')
  await userEvent.click(must(notice.renderRoot.querySelector('button')))
  expect(commands).toEqual([{ kind: 'show-kept' }])
  await settled(element)
  expect(wordsOf(element)).toContain('No more room.')
})

test('the rate of a download is that of the last seconds', () => {
  const rate = new DownloadRate()
  rate.add(0, 0)
  expect([rate.bytesPerSecond, rate.secondsFor(1)]).toEqual([null, null])
  for (let second = 1; second <= 10; second++) rate.add(1000 * second, 1_000_000 * second)
  expect(rate.bytesPerSecond).toBe(1_000_000)
  for (let second = 11; second <= 16; second++) rate.add(1000 * second, 10_000_000)
  expect([rate.bytesPerSecond, rate.secondsFor(5)]).toEqual([0, null])
  rate.add(17_000, 0)
  rate.add(18_000, 500_000)
  expect([rate.bytesPerSecond, rate.secondsFor(1_000_000)]).toEqual([500_000, 2])
})
