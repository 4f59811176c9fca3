// A file picked on the leader's device serves the room: the server never sees a byte of it, and nobody fetches what it has.
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { defaultModelPath } from '../support/default-model.ts'
import { OWN_ID, refusalOf, say, standInTheMiddle, waitUntilClosed } from './support/bulk-middle.ts'
import { allReady, deviceRows } from './support/people.ts'
import { goOn, pick } from './support/picked-file.ts'
import { formRoom, join, startRoom, view, waitForDevices } from './support/script.ts'
import { storiesPath } from './support/site.ts'
import { expect, test } from './support/stage.ts'

const opening = 'Once upon a time'
const golden =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.'

declare global {
  var newestConnection: RTCPeerConnection | undefined
}

/** Bytes of its slices that a guest has put in their place, as soon as more than `byteCount` have come. */
async function receivedBytes(guest: Page, byteCount: number): Promise<number> {
  const held = await guest.waitForFunction((wanted) => {
    const { progress } = globalThis.headroom!.view.devices.find(({ isSelf }) => isSelf)!
    return progress && progress.downloadedBytes > wanted && progress.loadedBytes
  }, byteCount)
  return Number(await held.jsonValue())
}

/** Resolves when a load that has not begun yet is over. */
function nextLoad(leader: Page): Promise<void> {
  return leader.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let begun = false
        const stop = globalThis.headroom!.on('change', ({ state: { kind } }) => {
          begun ||= kind === 'loading'
          if (!begun || kind !== 'ready') return
          stop()
          resolve()
        })
      }),
  )
}

/** After a reload the page offers the file by its name; a browser has to be shown it again. */
async function pickLastAgain(leader: Page): Promise<void> {
  await leader.reload()
  await expect(deviceRows(leader).getByTestId('device-status')).toHaveText(['Waiting', 'Waiting'])
  await expect(leader.getByTestId('last-model')).toContainText('The last model here was stories260K.gguf')
  const [chooser] = await Promise.all([
    leader.waitForEvent('filechooser'),
    leader.getByTestId('last-model').getByRole('button').click(),
  ])
  await chooser.setFiles(storiesPath)
  await allReady(leader, 2)
}

test('a picked file answers rightly on 2 tabs, on 3 and on 4, though the server has no model', async ({ stage }) => {
  const site = await stage.serve({ models: [] })
  const [leader] = await formRoom(stage, site, { tabs: 2, query: 'weights=f32' })
  await pick(leader, storiesPath)
  for (const tabs of [2, 3, 4]) {
    if (tabs > 2) await join(await stage.visit(site.url), (await view(leader)).link!)
    await allReady(leader, tabs)
    const { devices, plan, model } = await view(leader)
    expect(model?.verified).toBe('local')
    expect(plan?.deviceIds).toHaveLength(tabs)
    const downloaded = devices.map(({ report }) => report?.downloadedBytes ?? 0)
    expect(downloaded[0]).toBe(0)
    expect(downloaded.at(-1)).toBeGreaterThan(0)
    expect((await goOn(leader, opening))?.startsWith(golden)).toBe(true)
    if (tabs === 2) await pickLastAgain(leader)
  }
  expect(site.sent.filter(({ pathname }) => pathname.includes('stories260K'))).toEqual([])
})

test('a guest that reloads in the middle of a transfer asks only for what it does not have, and later for nothing', async ({
  stage,
}) => {
  const site = await stage.serve({ models: [] })
  const [leader, guest] = await formRoom(stage, site, { tabs: 2, query: 'shares=1,1&executor=wasm' })
  await pick(leader, defaultModelPath())
  const heldBytes = await receivedBytes(guest!, 15e6)
  await guest!.reload()
  await waitForDevices(leader, 2)
  await allReady(leader, 2)
  const { downloadedBytes, weightBytes } = (await view(leader)).devices[1]!.report!
  expect(heldBytes).toBeLessThan(0.8 * weightBytes)
  expect(downloadedBytes).toBeGreaterThan(0)
  // What had come and was not yet on disk: the piece in hand and the one before it.
  expect(downloadedBytes).toBeLessThan(weightBytes - heldBytes + 2 * 2 ** 20)

  await guest!.reload()
  await expect.poll(async () => (await view(leader)).devices[1]?.report?.downloadedBytes).toBe(0)
  await allReady(leader, 2)
  expect(await goOn(leader, 'What is the largest ocean on Earth?', 24)).toMatch(/Pacific/)
})

test('a connection that breaks in the middle of a transfer is made again, and only what had not come is asked again', async ({
  stage,
}) => {
  const site = await stage.serve({ models: [] })
  const query = '?shares=1,1&executor=wasm#/'
  const [leader, guest] = [await stage.visit(`${site.url}${query}`), await stage.visit(`${site.url}${query}`)]
  await leader.evaluate(() => {
    const NativeConnection = RTCPeerConnection
    globalThis.RTCPeerConnection = class extends NativeConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration)
        globalThis.newestConnection = this
      }
    }
  })
  await join(guest, await startRoom(leader))
  await waitForDevices(leader, 2)
  await pick(leader, defaultModelPath())
  const heldBytes = await receivedBytes(guest, 15e6)
  await leader.evaluate(() => globalThis.newestConnection!.close())
  await leader.waitForFunction(() => globalThis.headroom!.view.plan?.deviceIds.length === 1)
  await leader.waitForFunction(() => globalThis.headroom!.view.plan?.deviceIds.length === 2)
  await allReady(leader, 2)
  const { downloadedBytes, weightBytes } = (await view(leader)).devices[1]!.report!
  expect(heldBytes).toBeLessThan(0.8 * weightBytes)
  expect(downloadedBytes).toBeGreaterThan(0)
  expect(downloadedBytes).toBeLessThan(weightBytes - heldBytes + 2 * 2 ** 20)
})

test('another file of the same name and size is fetched anew', async ({ stage }) => {
  const site = await stage.serve({ models: [] })
  const [leader] = await formRoom(stage, site, { tabs: 2 })
  const buffer = readFileSync(storiesPath)
  const downloaded = async (content: Buffer) => {
    const loaded = nextLoad(leader)
    await pick(leader, { name: 'same.gguf', mimeType: 'application/octet-stream', buffer: content })
    await loaded
    return (await view(leader)).devices[1]?.report?.downloadedBytes
  }
  const first = await downloaded(buffer)
  expect(first).toBeGreaterThan(0)
  const other = Buffer.from(buffer)
  other[other.length - 1]! ^= 1
  await leader.getByText('Change the model').click()
  expect(await downloaded(other)).toBe(first)
})

test('a guest that asks outside the file, for another one, or too much is refused, and the room goes on', async ({
  stage,
}) => {
  const site = await stage.serve({ models: [] })
  const leader = await stage.visit(`${site.url}#/`)
  const [guest, hostile] = [await stage.visit(`${site.url}#/`), await stage.visit(`${site.url}#/`)]
  await standInTheMiddle(hostile)
  const link = await startRoom(leader)
  for (const page of [guest, hostile]) await join(page, link)
  await waitForDevices(leader, 3)
  await pick(leader, storiesPath)
  await allReady(leader, 3)
  const etag = await hostile.evaluate(() => globalThis.bulkMiddle!.asked[0]!.request!.etag)
  const cut = { first: 0, stride: 8, length: 8, count: 1 }
  const outside = { ...cut, first: 1_185_276 }
  const refusals = [
    { request: { etag, cut: outside }, code: 'bad-message', words: /8 bytes from 1185276 on of stories260K.gguf/ },
    { request: { etag: '"guess"', cut }, code: 'model-not-found', words: /no longer has the file/ },
    { request: { etag, cut: { ...cut, count: 2 ** 40 } }, code: 'bad-message', words: /makes no sense/ },
    { request: 'everything', code: 'bad-message', words: /does not understand/ },
  ]
  for (const [index, { request, code, words }] of refusals.entries()) {
    const id = OWN_ID + index
    await say(hostile, { kind: 'ask', id, request })
    expect(await refusalOf(hostile, id)).toMatchObject({ code, message: expect.stringMatching(words) })
  }
  await say(hostile, { kind: 'ask', id: OWN_ID + refusals.length, request: { etag, cut } }, 500)
  await waitUntilClosed(hostile)
  expect(await goOn(leader, opening)).not.toBe('')
  await allReady(leader, 3)
})

test('a piece with a wrong digest is refused by the guest with clear words, and the leader answers alone', async ({
  stage,
}) => {
  const site = await stage.serve({ models: [] })
  const [leader, guest] = [await stage.visit(`${site.url}?weights=f32#/`), await stage.visit(`${site.url}#/`)]
  await standInTheMiddle(leader, { falsifies: true })
  await join(guest, await startRoom(leader))
  await waitForDevices(leader, 2)
  await pick(leader, storiesPath)
  const words =
    /stories260K\.gguf came from the leader's device with a SHA-256 that is not theirs\. Nothing of them was used/
  await expect(leader.getByText(words).first()).toBeVisible()
  await expect(guest.getByText(words).first()).toBeVisible()
  await leader.waitForFunction(() => globalThis.headroom!.view.state.kind === 'ready')
  expect((await goOn(leader, opening))?.startsWith(golden)).toBe(true)
})
