import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { BulkChannel } from '../../../src/net/bulk-channel.ts'
import { openLanePort } from '../../../src/net/lane-endpoint.ts'
import { type EngineRoom, engineRoom } from '../../support/engine-room.ts'
import { newGuest } from '../../support/joining-guest.ts'

const golden =
  ', there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.'
const file = new File([readFileSync('tests/fixtures/stories260K.gguf')], 'picked.gguf')
const source = { kind: 'files', modelId: 'picked', files: [{ path: file.name, file }] } as const
/** Nobody listens there. */
const noServer = 'http://127.0.0.1:9/'

let room: EngineRoom
afterEach(() => room.close())

test.each([{ shares: [1, 1] }, { shares: [2, 1, 1] }, { shares: [1, 2, 1, 1] }])(
  'a file of the leader’s tells its story over ranks with shares $shares, without a server',
  async ({ shares }) => {
    room = engineRoom(noServer, shares, { weights: 'f32' })
    const plan = await room.coordinator.loadModel(source)
    expect(plan.deviceIds).toHaveLength(shares.length)
    const reports = plan.deviceIds.map((deviceId) => room.coordinator.status(deviceId).report!)
    expect(reports[0]!.downloadedBytes).toBe(0)
    for (const { weightBytes, downloadedBytes, notices } of reports.slice(1)) {
      expect(downloadedBytes).toBeGreaterThan(0)
      expect(downloadedBytes).toBeLessThanOrEqual(weightBytes)
      expect(notices.map(({ code }) => code)).toEqual(['storage-full'])
    }
    const { text } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 74 })
    expect(text?.startsWith(golden)).toBe(true)
  },
)

/** A device that joined and asks the leader's engine by itself. */
function stranger() {
  const { port1, port2 } = new MessageChannel()
  room.engines[0]!.addBulk('stranger', { kind: 'local', port: port1 as unknown as globalThis.MessagePort })
  const port = openLanePort({ kind: 'local', port: port2 as unknown as globalThis.MessagePort })
  return new BulkChannel(port, { peerId: 'leader', pauseMs: () => 0, answer: () => expect.unreachable('nobody asks') })
}

const cut = { first: 0, stride: 1_000_000, length: 1_000_000, count: 1 }
const etagOf = () => room.coordinator.model!.manifest.sources[0]!.etag

test('a transfer keeps out of the way of an answer, and goes on after it', async () => {
  room = engineRoom(noServer, [1, 1], { weights: 'f32' })
  await room.coordinator.loadModel(source)
  const peer = stranger()
  let receivedBytes = 0
  const answer = room.infer({ input: { text: 'Once upon a time' }, maxTokens: 74 })
  await new Promise((resolve) => setTimeout(resolve))
  const piece = peer.ask(
    { etag: etagOf(), cut },
    { byteLength: cut.length, onBytes: (byteCount) => (receivedBytes += byteCount) },
  )
  expect((await answer).text?.startsWith(golden)).toBe(true)
  expect(receivedBytes).toBeLessThan(50_000)
  expect((await piece).bytes).toHaveLength(cut.length)
  peer.close()
})

test('a file is no longer given out when another one has been opened', async () => {
  room = engineRoom(noServer, [1, 1], { weights: 'f32' })
  await room.coordinator.loadModel(source)
  const peer = stranger()
  const ask = (etag: string | null) =>
    peer.ask({ etag, cut: { ...cut, stride: 8, length: 8 } }, { byteLength: 8, onBytes: () => undefined })
  const before = etagOf()
  expect((await ask(before)).bytes).toHaveLength(8)
  const bytes = readFileSync('tests/fixtures/stories260K.gguf')
  bytes[bytes.length - 1]! ^= 1
  await room.coordinator.loadModel({ ...source, files: [{ path: file.name, file: new File([bytes], file.name) }] })
  expect(etagOf()).not.toBe(before)
  await expect(ask(before)).rejects.toMatchObject({ code: 'model-not-found' })
  expect((await ask(etagOf())).bytes).toHaveLength(8)
  peer.close()
})

test('a file is read whole to name it only when somebody joins its leader', async () => {
  room = engineRoom(noServer, [1], { weights: 'f32', shares: null })
  await room.coordinator.loadModel(source)
  expect(etagOf()).toBeNull()
  const guest = newGuest(room, noServer, 'guest')
  guest.join()
  const { text } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 74 })
  expect(text?.startsWith(golden)).toBe(true)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0', 'guest'])
  const named = etagOf()
  expect(named).toMatch(/^"sha256-mib-/)
  guest.leave()
  expect((await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 74 })).text?.startsWith(golden)).toBe(true)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0'])
  expect(etagOf()).toBe(named)
})

test('random weights, which every device makes itself, are never read whole', async () => {
  const shape = { model_type: 'gpt2', n_head: 4, n_embd: 128, n_positions: 64, vocab_size: 32, n_layer: 1 }
  room = engineRoom(noServer, [1, 1])
  await room.coordinator.loadModel({ kind: 'generated', modelId: 'random', config: shape, seed: 1 })
  expect(room.coordinator.plan?.deviceIds).toHaveLength(2)
  expect(room.coordinator.model?.manifest.sources.map(({ etag }) => etag)).not.toContainEqual(expect.anything())
})
