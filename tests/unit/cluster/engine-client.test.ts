import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startEngine } from '../../../src/cluster/engine-client.ts'
import type { ChannelMessage } from '../../../src/cluster/engine-protocol.ts'

/** Takes what is posted, answers nothing, and refuses to transfer data channels, as browsers do that cannot. */
class SilentWorker extends EventTarget {
  static newest: SilentWorker
  onerror: ((event: { message: string }) => void) | null = null
  readonly posted: unknown[] = []
  terminated = false

  constructor() {
    super()
    SilentWorker.newest = this
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.some((one) => !(one instanceof MessagePort)))
      throw new DOMException('Value at index 0 does not have a transferable type.', 'DataCloneError')
    this.posted.push(message)
  }

  terminate(): void {
    this.terminated = true
  }
}

beforeEach(() => {
  vi.stubGlobal('Worker', SilentWorker)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const source = { kind: 'http', modelId: 'model', files: [], token: null } as const

test('a channel that cannot be transferred is relayed, in the same task', () => {
  const engine = startEngine()
  const channel = { readyState: 'connecting', bufferedAmount: 0, close: () => undefined, send: () => undefined }
  engine.addChannel('bulk', 'peer', channel as unknown as RTCDataChannel)
  const [message] = SilentWorker.newest.posted as [ChannelMessage]
  expect(message).toMatchObject({ kind: 'channel', use: 'bulk', peerId: 'peer', endpoint: { kind: 'relay' } })
  if (message.endpoint.kind === 'relay') message.endpoint.port.close()
})

test('a local lane goes over as it is', () => {
  const { port1, port2 } = new MessageChannel()
  startEngine().addLane('peer', { kind: 'local', port: port1 })
  expect(SilentWorker.newest.posted).toEqual([
    { kind: 'channel', use: 'lane', peerId: 'peer', endpoint: { kind: 'local', port: port1 } },
  ])
  port1.close()
  port2.close()
})

test('what waits for a worker that is closed rejects, and so does what comes later', async () => {
  const engine = startEngine()
  const waiting = engine.openModel(source)
  engine.close()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  await expect(engine.openModel(source)).rejects.toMatchObject({ code: 'aborted' })
  expect(SilentWorker.newest.terminated).toBe(true)
})

test('the death of the worker is told with its reason, once to each who waits, and orders without an answer stay quiet', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const engine = startEngine()
  const waiting = engine.openModel(source)
  engine.cancel()
  SilentWorker.newest.onerror?.({ message: 'out of memory' })
  engine.cancel()
  engine.removePeer('peer')
  await expect(waiting).rejects.toMatchObject({ code: 'internal' })
  await expect(waiting).rejects.toThrow(/out of memory/)
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
