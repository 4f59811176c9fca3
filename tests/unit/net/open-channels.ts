// Bulk channels that a test opens; all are closed after each test.
import { afterEach } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { BulkChannel, type BulkOptions } from '../../../src/net/bulk-channel.ts'
import { BULK_FRAME_BYTES } from '../../../src/net/bulk-frame.ts'
import { messageLanePort } from '../../../src/net/message-lane-port.ts'

const channels: BulkChannel[] = []
afterEach(() => {
  for (const channel of channels.splice(0)) channel.close()
})

export function open(
  port: ConstructorParameters<typeof BulkChannel>[0],
  options: Partial<BulkOptions> = {},
): BulkChannel {
  const answer = () => Promise.reject(new HeadroomError('bad-input', 'Nobody is to ask here.'))
  const channel = new BulkChannel(port, { peerId: 'peer', answer, pauseMs: () => 0, ...options })
  channels.push(channel)
  return channel
}

/** The asking and the answering side. */
export function pair(answer: BulkOptions['answer'], options: Partial<BulkOptions> = {}, frameBytes = BULK_FRAME_BYTES) {
  const { port1, port2 } = new MessageChannel()
  return [
    open(messageLanePort(port1, frameBytes)),
    open(messageLanePort(port2, frameBytes), { answer, ...options }),
  ] as const
}

export const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31 + length) % 251)
export const asked = (byteLength: number, signal?: AbortSignal) => ({ byteLength, onBytes: () => undefined, signal })
export const words = (said: unknown) => {
  const text = new TextEncoder().encode(JSON.stringify(said))
  return Uint8Array.of(1, ...text).buffer
}
export const bytesFrame = (id: number, payload: readonly number[]) =>
  Uint8Array.of(2, 0, 0, 0, id & 255, id >> 8, 0, 0, ...payload).buffer
export const said = (frame: ArrayBuffer) => JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 1)))
