// Models that the server does not have: from a hub by name, and from folders of this device, picked and dropped.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { type HubServer, serveHub } from '../support/hub-server.ts'
import { deviceRows, startRoomByHand } from './support/people.ts'
import { checkScreen } from './support/screen-checks.ts'
import { formRoom, infer, join, load, view } from './support/script.ts'
import type { Site } from './support/site.ts'
import { expect, type Stage, test } from './support/stage.ts'

const token = 'hf_right'
const folder = resolve('tests/fixtures/llama-gqa')
const { promptTokens, greedyTokens } = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as {
  promptTokens: number[]
  greedyTokens: number[]
}

let hub: HubServer
test.beforeEach(async () => {
  hub = await serveHub({
    'tests/llama': { folder, downloads: 4, tags: ['safetensors', 'license:mit'] },
    'tests/gated': { folder, gated: 'auto', tags: ['safetensors'] },
  })
})
test.afterEach(() => hub.close())

/** A leader who did all by hand, and one guest. */
async function room(stage: Stage, site: Site): Promise<[leader: Page, guest: Page]> {
  const [leader, guest] = [
    await stage.visit(`${site.url}?weights=f32#/`),
    await stage.visit(`${site.url}?weights=f32#/`),
  ]
  await startRoomByHand(leader)
  await join(guest, (await view(leader)).link!)
  await expect(deviceRows(leader)).toHaveCount(2)
  return [leader, guest]
}

async function askHub(leader: Page, name: string, secret = ''): Promise<void> {
  const form = leader.locator('hr-hub details').first()
  if (!(await form.evaluate((details: HTMLDetailsElement) => details.open)))
    await leader.getByText(/^A model from 127/).click()
  await leader.getByTestId('hub-name').fill(name)
  await leader.getByTestId('hub-token').fill(secret)
  await leader.getByTestId('hub-load').click()
}

async function expectRightAnswer(leader: Page, model: string, devices = 2): Promise<void> {
  await expect(leader.getByTestId('model')).toContainText(model)
  expect((await view(leader)).devices.filter(({ holding }) => holding)).toHaveLength(devices)
  const request = { input: { tokens: promptTokens }, maxTokens: greedyTokens.length, ignoreEos: true }
  const { tokens } = await leader.evaluate(
    ([asked, id]) => globalThis.headroom!.processInference({ sampling: { temperature: 0 }, ...asked, model: id }),
    [request, model] as const,
  )
  expect(tokens).toEqual(greedyTokens)
}

test('a hub is searched by words, and a model found there is told to fit before it runs over the room, each device fetching its share from there', async ({
  stage,
}) => {
  const site = await stage.serve({ hub })
  const [leader] = await room(stage, site)
  expect(hub.asked).toEqual([])
  await leader.getByText(/^A model from 127/).click()
  await leader.getByTestId('hub-words').fill('llama')
  await leader.keyboard.press('Enter')
  await leader
    .getByTestId('hub-found')
    .getByRole('button', { name: /tests\/llama/ })
    .press('Enter')
  await leader.getByTestId('hub-models').getByRole('button', { name: 'All of it' }).press('Enter')
  await expect(leader.getByTestId('fit')).toContainText('It fits this room')
  expect((await view(leader)).state.kind).toBe('lobby')
  await checkScreen(leader, 'a hub’s models')
  await leader.getByTestId('hub-load-chosen').press('Enter')
  await expectRightAnswer(leader, 'tests/llama')
  for (const { report } of (await view(leader)).devices) expect(report!.downloadedBytes).toBeGreaterThan(1000)
  expect(site.modelBytes()).toBeLessThan(10_000)
  expect(hub.authorizations.hub.size).toBe(0)
})

test('a gated model is refused without a token, and with one runs over the room by way of the leader; the token goes to the hub alone', async ({
  stage,
}) => {
  const site = await stage.serve({ hub })
  const [leader, guest] = await room(stage, site)
  const said: string[] = []
  const heard: string[] = []
  for (const page of [leader, guest]) page.on('console', (message) => said.push(message.text()))
  guest.on('request', (request) => heard.push(request.url()))
  await askHub(leader, 'tests/gated')
  await expect(leader.getByTestId('failure')).toContainText('tests/gated is gated')
  await askHub(leader, 'tests/gated', 'hf_wrong')
  await expect(leader.getByTestId('failure')).toContainText('refuses this token')
  await askHub(leader, 'tests/gated', token)
  await expectRightAnswer(leader, 'tests/gated')
  expect([...hub.authorizations.hub].sort()).toEqual([`Bearer ${token}`, 'Bearer hf_wrong'])
  expect([...hub.authorizations.files]).toEqual([])
  expect(hub.fileRequests()).toBeGreaterThan(0)
  expect(heard.filter((url) => url.startsWith(hub.url))).toEqual([])
  const kept = await leader.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const names: string[] = []
    for await (const [name, entry] of root as unknown as AsyncIterable<[string, FileSystemHandle]>) {
      names.push(name)
      if (entry.kind === 'directory')
        for await (const [inner] of entry as unknown as AsyncIterable<[string]>) names.push(inner)
    }
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      location.href,
      names,
      globalThis.headroom!.view,
    ])
  })
  expect(kept).toContain('tests/gated')
  expect(kept + said.join()).not.toContain(token)
})

test('a hub that the server does not allow is not offered, and its models are refused in words', async ({ stage }) => {
  const site = await stage.serve()
  const [leader] = await formRoom(stage, site, { tabs: 1 })
  await expect(leader.locator('hr-hub')).toHaveCount(0)
  await expect(load(leader, 'tests/llama')).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('this server lets its pages fetch from no hub'),
  })
})

test('a folder that is picked runs over the room', async ({ stage }) => {
  const site = await stage.serve()
  const [leader] = await room(stage, site)
  await leader.getByTestId('model-folder').setInputFiles(folder)
  await expect(leader.getByTestId('model')).toContainText('llama-gqa')
  const { devices } = await view(leader)
  expect(devices.filter(({ holding }) => holding)).toHaveLength(2)
  expect(site.modelBytes()).toBeLessThan(10_000)
})

test('a folder that is dropped on the page is read with what is inside', async ({ stage }) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await startRoomByHand(leader)
  await expect(leader.locator('hr-file-drop')).toBeVisible()
  const protocol = await leader.context().newCDPSession(leader)
  const data = { items: [], files: [resolve('tests/fixtures/qwen2')], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await protocol.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  await expect(leader.getByTestId('model')).toContainText('qwen2')
})

test('a folder on the server is one model with all its files', async ({ stage }) => {
  const site = await stage.serve({ models: [folder] })
  const [leader] = await formRoom(stage, site, { tabs: 2, query: 'weights=f32' })
  const answer = await infer(leader, {
    model: 'llama-gqa',
    input: { tokens: promptTokens },
    maxTokens: greedyTokens.length,
    ignoreEos: true,
  })
  expect(answer.tokens).toEqual(greedyTokens)
  const failure = infer(leader, { model: 'llama-gqa', input: 'Hello' })
  await expect(failure).rejects.toMatchObject({ message: expect.stringContaining('Add its tokenizer.json') })
})
