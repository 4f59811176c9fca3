// Nobody fetches or holds more than its share: by the servers' own logs, by what the tabs say, and by what their executors hold.
import { stat } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { Holding, RoomView } from '../../src/index.ts'
import { catalogue } from '../../tools/model-catalogue.ts'
import { defaultModelPath } from '../support/default-model.ts'
import { confirm } from './support/people.ts'
import { startPlainServer } from './support/plain-server.ts'
import { formRoom, load, view } from './support/script.ts'
import type { Site } from './support/site.ts'
import { expect, type Stage, test } from './support/stage.ts'

const model = catalogue.defaultModel

// SmolLM2-135M as its GGUF has it: layers in Q4_1 (20 bytes for 32 weights), the tied embedding in Q8_0 (34 bytes), norms in float32.
const [layers, hidden, headSize, vocabulary] = [30, 576, 64, 49_152]
const q4 = (weights: number) => (weights * 20) / 32
const q8 = (weights: number) => (weights * 34) / 32
/** Attention output and MLP down: what a server without cuts sends whole. */
const columnCutBytes = layers * q4(hidden * hidden + hidden * 1536)
/** Header with the tokenizer's 49,152 tokens and merges, rounded up to whole checked pieces of 1 MiB; digests and index. */
const headerBytes = 2.2e6

/** Counted by hand from heads, columns and rows; the leader holds the whole embedding, everybody else its vocabulary rows of it. */
function shareBytes({ rank, queryHeads, kvHeads, ffn, vocabulary: rows }: Holding): number {
  const length = (range: Holding['ffn']) => (range ? range.end - range.start : 0)
  const attention = 2 * length(queryHeads) + 2 * length(kvHeads)
  const layer = q4(hidden * headSize * attention + 3 * hidden * length(ffn)) + 2 * 4 * hidden
  return layers * layer + 4 * hidden + q8(hidden * (rank === 0 ? vocabulary : length(rows)))
}

function sharesOf({ devices }: RoomView) {
  return devices.map(({ holding, report }) => {
    if (!holding || !report) throw new Error('A device holds nothing.')
    return { holding, report, bytes: shareBytes(holding) }
  })
}

/** Nobody fetched or holds more than its share, and no byte was fetched twice. */
async function expectShares(leader: Page, site: Site, size: number): Promise<void> {
  const held = sharesOf(await view(leader))
  for (const { holding, report, bytes } of held) {
    expect(holding.weightBytes).toBe(bytes)
    expect(report.weightBytes).toBeGreaterThanOrEqual(bytes)
    expect(report.weightBytes).toBeLessThan(1.001 * bytes)
    expect(report.downloadedBytes).toBeGreaterThanOrEqual(bytes)
    expect(report.downloadedBytes - bytes).toBeLessThan(holding.rank === 0 ? headerBytes : 1)
    expect(report.notices).toEqual([])
  }
  const downloaded = held.reduce((sum, { report }) => sum + report.downloadedBytes, 0)
  expect(site.modelBytes()).toBeGreaterThanOrEqual(downloaded)
  expect(site.modelBytes() - downloaded).toBeLessThan(100e3)
  expect(site.modelBytes()).toBeLessThanOrEqual(1.25 * size)
}

/** Tabs with these shares in a room whose server has the default model's file. */
async function mirrorRoom(stage: Stage, shares: string) {
  const path = defaultModelPath()
  const { size } = await stat(path)
  const site = await stage.serve({ models: [path] })
  const [leader, guest] = await formRoom(stage, site, {
    tabs: shares.split(',').length,
    query: `executor=wasm&shares=${shares}`,
  })
  return { site, leader, guest, size }
}

test('a download that is paused by hand stops on both devices, goes on without a byte fetched twice, and is deleted from the disk', async ({
  stage,
}) => {
  const { site, leader, guest, size } = await mirrorRoom(stage, '2,1')
  const loading = load(leader, model)
  await leader.waitForFunction(() =>
    globalThis.headroom!.view.devices.every(({ progress }) => progress && progress.loadedBytes > 3e6),
  )
  await leader.getByTestId('hold-load').click()
  await expect(leader.getByTestId('room-progress')).toContainText('Paused.')
  await expect(guest!.getByRole('heading', { level: 1 })).toHaveText('The download is paused')
  const stands = async () => {
    const before = site.modelBytes()
    await leader.waitForTimeout(400)
    return site.modelBytes() === before
  }
  await expect.poll(stands).toBe(true)
  expect(site.modelBytes()).toBeLessThan(size)
  expect((await view(leader)).state).toMatchObject({ kind: 'loading', paused: true })
  await leader.getByTestId('hold-load').click()
  await loading
  await expectShares(leader, site, size)

  const usedBytes = () => leader.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0)
  const before = await usedBytes()
  await expect(leader.getByTestId('kept')).toContainText('SmolLM2 135M Instruct')
  await leader.getByTestId('kept').locator('summary').click()
  await confirm(leader.getByTestId('forget-model'))
  await expect(leader.getByText('Nothing downloaded is kept on this device.')).toBeVisible()
  await expect.poll(usedBytes).toBeLessThan(before - 40e6)
})

test('3 tabs with shares 3,2,1 fetch at most 1.25 times the file from the mirror and hold their shares alone', async ({
  stage,
}) => {
  const { site, leader, size } = await mirrorRoom(stage, '3,2,1')
  await load(leader, model)
  await expectShares(leader, site, size)
})

test('two tabs fetch at most 1.5 times the file from a plain Range server, a third its slice and the column-cut tensors', async ({
  stage,
}) => {
  const path = defaultModelPath()
  const { size } = await stat(path)
  const plain = await startPlainServer(path)
  try {
    const site = await stage.serve({ connectSources: [plain.origin] })
    const fetched = async (shares: string) => {
      const before = plain.sentBytes()
      const [leader, ...guests] = await formRoom(stage, site, {
        tabs: shares.split(',').length,
        query: `executor=wasm&shares=${shares}`,
      })
      await load(leader, plain.url)
      const room = await view(leader)
      await Promise.all([leader, ...guests].map((page) => page.context().close()))
      expect(room.model?.verified).toBe('length-and-etag')
      return { bytes: plain.sentBytes() - before, held: sharesOf(room) }
    }
    const two = await fetched('1,1')
    const three = await fetched('1,1,1')
    expect(two.bytes).toBeGreaterThan(size)
    expect(two.bytes).toBeLessThanOrEqual(1.5 * size)
    for (const { held, bytes } of [two, three]) {
      const most = held.reduce((sum, share) => sum + share.bytes + columnCutBytes, headerBytes)
      expect(bytes).toBeLessThanOrEqual(most)
    }
    const third = three.held[2]?.bytes ?? 0
    expect(three.bytes - two.bytes).toBeLessThanOrEqual(third + columnCutBytes)
    expect(site.sent.filter(({ pathname }) => pathname.endsWith('.gguf'))).toEqual([])
  } finally {
    await plain.close()
  }
})
