// Models that cannot be loaded, and downloads that break: each says what happened and what to do, and the room stays usable.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { catalogue } from '../../tools/model-catalogue.ts'
import { defaultModelPath } from '../support/default-model.ts'
import { writeLargeModel } from './support/large-model.ts'
import { launchOptions } from './support/launch.ts'
import { startRoomByHand } from './support/people.ts'
import { goOn } from './support/picked-file.ts'
import { startPlainServer } from './support/plain-server.ts'
import { checkScreen } from './support/screen-checks.ts'
import { formRoom, infer, load, view } from './support/script.ts'
import { storiesId, storiesPath } from './support/site.ts'
import { whereMemoryIsFull } from './support/small-memory.ts'
import { expect, test } from './support/stage.ts'

function openFile(leader: Page, name: string, buffer: Buffer): Promise<void> {
  return leader.getByTestId('model-file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
}

const stories = readFileSync(storiesPath)

function withType(tensor: string, type: number): Buffer {
  const bytes = Buffer.from(stories)
  const afterName = bytes.indexOf(tensor) + tensor.length
  bytes.writeUInt32LE(type, afterName + 4 + 8 * bytes.readUInt32LE(afterName))
  return bytes
}

test('an opened file that is cut short, of another kind or of an unsupported type is refused with words, and the next one runs', async ({
  stage,
}) => {
  const site = await stage.serve()
  const leader = await stage.visit(site.url)
  await startRoomByHand(leader)
  for (const [index, { bytes, words }] of [
    { bytes: stories.subarray(0, 9000), words: /the file ends after 9000 bytes.*cut short or damaged/ },
    { bytes: stories.subarray(0, -100), words: /1185180 bytes.*cut short/ },
    { bytes: Buffer.from('PK\u0003\u0004, a zip archive'), words: /is no GGUF file: it starts with "PK/ },
    {
      bytes: withType('blk.0.attn_k.weight', 16),
      words: /blk\.0\.attn_k\.weight is of type IQ2_XXS, which cannot be run yet/,
    },
  ].entries()) {
    await openFile(leader, 'mine.gguf', bytes)
    await expect(leader.getByText(words)).toBeVisible()
    await openFile(leader, `whole-${index}.gguf`, stories)
    await expect(leader.getByTestId('model')).toContainText(`whole-${index}.gguf`)
    await expect(leader.getByText(words)).toBeHidden()
    expect(await goOn(leader, 'Once upon a time', 12)).not.toBe('')
  }
  expect(site.sent.filter(({ pathname }) => pathname.endsWith('.gguf'))).toEqual([])
})

test('a model larger than the room’s memory is refused with what is missing and how many devices more would do', async ({
  stage,
}) => {
  const directory = await mkdtemp(join(tmpdir(), 'headroom-large-'))
  const path = join(directory, 'large.gguf')
  const size = await writeLargeModel(path)
  const plain = await startPlainServer(path)
  try {
    const site = await stage.serve({ connectSources: [plain.origin] })
    // As int4 two tabs would hold it.
    const [leader] = await formRoom(stage, site, { tabs: 2, query: 'weights=int8' })
    const fit = await leader.evaluate((url) => globalThis.headroom!.checkFit(url), plain.url)
    expect(fit).toMatchObject({ fits: false, modelId: 'plain-smollm2.gguf' })
    expect((await view(leader)).state.kind).toBe('lobby')
    const failure = await load(leader, plain.url).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'plan-impossible' })
    const words = /does not fit on 2 devices offering [\d.]+ GB: [\d.]+ GB are missing\..*\d+ more/
    expect((failure as Error).message).toMatch(words)
    await expect(leader.getByText(words)).toBeVisible()
    await checkScreen(leader, 'a model too large')
    expect(plain.sentBytes()).toBeLessThan(size / 1000)
    await load(leader, storiesId)
    expect((await view(leader)).state.kind).toBe('ready')
  } finally {
    await plain.close()
    await rm(directory, { recursive: true })
  }
})

test('a device whose memory is full says so on both screens, and the room goes on without it', ({ stage }) =>
  whereMemoryIsFull(stage, async (leader, guest) => {
    await expect(guest.getByText('Close other tabs and apps, then reload this page.')).toBeVisible()
    await expect(guest.getByText(/needs \d+\.\d MB of WebAssembly memory/).first()).toBeVisible()
    await checkScreen(leader, 'a device out of memory')
    await checkScreen(guest, 'a guest out of memory')
  }))

test('a mirror that goes down in the middle of a download and comes back finishes it, without fetching anything twice', async ({
  stage,
}) => {
  const site = await stage.serve({ models: [defaultModelPath()] })
  const [leader] = await formRoom(stage, site, { tabs: 2, query: 'shares=1,1&executor=wasm' })
  const loading = load(leader, catalogue.defaultModel)
  await leader.waitForFunction(() => {
    const { devices } = globalThis.headroom!.view
    return devices.every(({ progress }) => progress && progress.loadedBytes > 5e6)
  })
  await site.stop()
  expect((await view(leader)).state.kind).toBe('loading')
  await leader.waitForTimeout(1_500)
  await site.start()
  await loading
  const { devices } = await view(leader)
  const [held, downloaded] = (['weightBytes', 'downloadedBytes'] as const).map((key) =>
    devices.reduce((sum, { report }) => sum + (report?.[key] ?? 0), 0),
  )
  // Besides the weights: the header, and what was under way on twelve connections of 1 MiB at most.
  expect(downloaded! - held!).toBeLessThan(2.2e6 + 12 * 2 ** 20)
  const answer = await infer(leader, { model: catalogue.defaultModel, input: 'Name a colour.', maxTokens: 8 })
  expect(answer.tokens.length).toBeGreaterThan(0)
})

test('a browser without the executor that was asked for says so', async ({ stage }) => {
  const site = await stage.serve()
  const { executablePath } = launchOptions.launchOptions
  const browser = await chromium.launch({
    args: ['--no-sandbox', '--disable-gpu'],
    ...(executablePath ? { executablePath } : {}),
  })
  try {
    const page = await browser.newPage()
    await page.goto(`${site.url}?executor=webgpu#/`)
    await expect(page.getByTestId('failure')).toContainText('This browser cannot compute here (webgpu:')
    await page.getByTestId('start-room').click()
    await expect(page.getByTestId('failure')).toContainText('This browser cannot compute here (webgpu:')
  } finally {
    await browser.close()
  }
})

test('a model that the server does not have is named, with those that it has', async ({ stage }) => {
  const site = await stage.serve()
  const [leader] = await formRoom(stage, site, { tabs: 1 })
  await expect(load(leader, 'nothing-like-it')).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('It has: stories260K'),
  })
})
