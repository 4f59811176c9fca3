import fc from 'fast-check'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { createLane, type FrameLane } from '../../../src/net/frame-lane.ts'
import { MAX_WAITING_MESSAGES } from '../../../src/net/inbox.ts'
import { LOCAL_FRAME_BYTES, messageLanePort, WINDOW_BYTES } from '../../../src/net/message-lane-port.ts'
import { seededRandom } from '../../support/random.ts'
import { ManualPort } from './manual-port.ts'

fc.configureGlobal({ seed: 1 })

const open: FrameLane[] = []
afterEach(() => {
  for (const lane of open.splice(0)) lane.close()
})

function manualLane(options: { stallMs?: number } = {}): { lane: FrameLane; port: ManualPort } {
  const port = new ManualPort()
  const lane = createLane(port, { peerId: 'phone', ...options })
  open.push(lane)
  return { lane, port }
}

function portPair(maxFrameBytes = LOCAL_FRAME_BYTES): [FrameLane, FrameLane] {
  const { port1, port2 } = new MessageChannel()
  const lanes: [FrameLane, FrameLane] = [
    createLane(messageLanePort(port1, maxFrameBytes), { peerId: 'one' }),
    createLane(messageLanePort(port2, maxFrameBytes), { peerId: 'two' }),
  ]
  open.push(...lanes)
  return lanes
}

const key = (slot: number, step = 0, epoch = 0) => ({ epoch, step, slot })

function bytesOf(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed)
  return Uint8Array.from({ length }, () => random() * 256)
}

/** The frames of one message, cut by a real lane. */
function framesOf(payload: Uint8Array, slot = 1, epoch = 0): ArrayBuffer[] {
  const { lane, port } = manualLane()
  lane.send(key(slot, 0, epoch), payload).catch(() => 'closed at the end of the test')
  return port.sent
}

/** What says that so many frames of long messages were taken. */
function acknowledgement(frames: number): ArrayBuffer {
  const bytes = new ArrayBuffer(8)
  new Uint8Array(bytes).set([0x41, 1])
  new DataView(bytes).setUint32(4, frames, true)
  return bytes
}

describe('receiving', () => {
  test('puts chunks of any order, with duplicates, of interleaved messages together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6000), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(1_000_000)),
        async (lengths, randomness) => {
          const { lane, port } = manualLane()
          const frames = lengths.flatMap((length, slot) => framesOf(bytesOf(length, slot + 1), slot))
          const arriving = [...frames, ...frames.filter(() => (randomness.next().value ?? 0) % 3 === 0)]
            .map((frame) => ({ frame, order: randomness.next().value ?? 0 }))
            .sort((a, b) => a.order - b.order)
          const early = lengths.map((_, slot) => (slot % 2 ? lane.receive(key(slot)) : null))
          for (const { frame } of arriving) port.handlers?.onFrame(frame.slice(0))
          for (const [slot, length] of lengths.entries()) {
            expect(await (early[slot] ?? lane.receive(key(slot)))).toEqual(bytesOf(length, slot + 1))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('gives an all-duplicate message no second life', async () => {
    const { lane, port } = manualLane()
    const frames = framesOf(bytesOf(3000))
    for (const frame of frames) port.handlers?.onFrame(frame.slice(0))
    await lane.receive(key(1))
    for (let round = 0; round < MAX_WAITING_MESSAGES + 10; round++) port.handlers?.onFrame(frames[0]!.slice(0))
    expect(port.closed).toBe(false)
  })

  test('drops a stale epoch, keeps a future one until its time', async () => {
    const { lane, port } = manualLane()
    for (const frame of framesOf(bytesOf(10, 5), 1, 5)) port.handlers?.onFrame(frame)
    lane.setEpoch(5)
    for (const frame of framesOf(bytesOf(10, 4), 2, 4)) port.handlers?.onFrame(frame)
    expect(await lane.receive(key(1, 0, 5))).toEqual(bytesOf(10, 5))
    await expect(lane.receive(key(2, 0, 4))).rejects.toMatchObject({ code: 'aborted' })
  })

  test('rejects a receiver whose epoch passes while it waits', async () => {
    const { lane } = manualLane()
    const waiting = expect(lane.receive(key(1))).rejects.toThrow(/replaced by plan 1/)
    lane.setEpoch(1)
    await waiting
  })

  test('rejects on abort and leaves the message for the next receiver', async () => {
    const { lane, port } = manualLane()
    const abort = new AbortController()
    const waiting = expect(lane.receive(key(1), abort.signal)).rejects.toMatchObject({ code: 'aborted' })
    abort.abort()
    await waiting
    for (const frame of framesOf(bytesOf(10))) port.handlers?.onFrame(frame)
    expect(await lane.receive(key(1))).toEqual(bytesOf(10))
    await expect(lane.receive(key(2), abort.signal)).rejects.toMatchObject({ code: 'aborted' })
  })

  test('takes one receiver a key', async () => {
    const { lane } = manualLane()
    lane.receive(key(1)).catch(() => 'closed at the end of the test')
    await expect(lane.receive(key(1))).rejects.toMatchObject({ code: 'internal' })
  })

  test.each([
    ['garbage', () => [new ArrayBuffer(40)]],
    ['garbage as long as an acknowledgement', () => [new ArrayBuffer(8)]],
    ['an acknowledgement of what was never sent', () => [acknowledgement(1)]],
    ['frames that contradict each other', () => [framesOf(bytesOf(5000))[0]!, framesOf(bytesOf(6000))[1]!]],
    [
      'more messages than anyone asked for',
      () => Array.from({ length: 1025 }, (_, slot) => framesOf(bytesOf(1), slot)[0]!),
    ],
    ['more bytes than anyone asked for', () => [1, 2, 3].map((slot) => framesOf(new Uint8Array(30_000_000), slot)[0]!)],
  ])('fails the lane on %s', async (_, frames) => {
    const { lane, port } = manualLane()
    const waiting = expect(lane.receive(key(9, 9))).rejects.toMatchObject({ code: 'bad-message' })
    for (const frame of frames()) port.handlers?.onFrame(frame)
    await waiting
    expect(port.closed).toBe(true)
    await expect(lane.send(key(1), bytesOf(1))).rejects.toMatchObject({ code: 'bad-message' })
  })

  test('fails the lane on a message from another rank than the plan says', async () => {
    const [one, two] = portPair()
    one.setEpoch(1, { own: 0, peer: 1 })
    two.setEpoch(1, { own: 2, peer: 0 })
    await two.send(key(1, 0, 1), bytesOf(4))
    await expect(one.receive(key(1, 0, 1))).rejects.toMatchObject({ code: 'peer-shape' })
  })
})

describe('sending', () => {
  test('takes a small message at once and counts its bytes', async () => {
    const { lane, port } = manualLane()
    await lane.send(key(1), bytesOf(2304))
    expect(port.sent.map(({ byteLength }) => byteLength)).toEqual([2328])
    expect(lane.bytesSent).toBe(2328)
  })

  test('cuts a message into packets where it is longer than a few of them', async () => {
    const { lane, port } = manualLane()
    await lane.send(key(1), bytesOf(4072))
    await lane.send(key(2), bytesOf(4073))
    expect(port.sent.map(({ byteLength }) => byteLength)).toEqual([4096, 1152, 1152, 1152, 713])
  })

  test('waits while the port is full and keeps the order of messages', async () => {
    const { lane, port } = manualLane()
    port.writable = false
    const settled: number[] = []
    const sends = [1, 2].map((slot) => lane.send(key(slot), bytesOf(5000, slot)).then(() => settled.push(slot)))
    await Promise.resolve()
    expect(port.sent).toHaveLength(0)
    port.writable = true
    port.handlers?.onDrain()
    await Promise.all(sends)
    expect(settled).toEqual([1, 2])
    expect(port.sent).toHaveLength(10)
  })

  test('of a long message sends 40 frames, and more as the peer takes them; short ones wait for no word', async () => {
    const { lane, port } = manualLane()
    const long = lane.send(key(1), bytesOf(60 * 1128))
    expect(port.sent).toHaveLength(40)
    port.handlers?.onFrame(acknowledgement(8))
    expect(port.sent).toHaveLength(48)
    port.handlers?.onFrame(acknowledgement(0))
    expect(port.sent).toHaveLength(48)
    port.handlers?.onFrame(acknowledgement(40))
    await long
    expect(port.sent).toHaveLength(60)
    await lane.send(key(2), bytesOf(32 * 1128))
    await lane.send(key(3), bytesOf(32 * 1128))
    expect(port.sent).toHaveLength(124)
  })

  test('says after every eighth frame of a long message that it was taken, and nothing of short ones', () => {
    const { port } = manualLane()
    const { lane: sender, port: senderPort } = manualLane()
    void sender.send(key(1), bytesOf(32 * 1128))
    void sender.send(key(2), bytesOf(40 * 1128))
    for (const frame of senderPort.sent) port.handlers?.onFrame(frame)
    expect(port.sent).toEqual([8, 16, 24, 32, 40].map(acknowledgement))
  })

  test('waits without end for a peer that takes nothing while the port would', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { lane, port } = manualLane({ stallMs: 30 })
    const send = lane.send(key(1), bytesOf(48 * 1128))
    await vi.advanceTimersByTimeAsync(300)
    port.handlers?.onFrame(acknowledgement(40))
    await send
    expect(port.sent).toHaveLength(48)
  })

  test('rejects with lane-stalled when the port takes nothing for too long', async () => {
    const { lane, port } = manualLane({ stallMs: 30 })
    port.writable = false
    port.queuedBytes = 1000
    await expect(lane.send(key(1), bytesOf(10))).rejects.toMatchObject({ code: 'lane-stalled' })
    await expect(lane.receive(key(1))).rejects.toMatchObject({ code: 'lane-stalled' })
  })

  test('goes on waiting while the port makes progress', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { lane, port } = manualLane({ stallMs: 30 })
    port.writable = false
    port.queuedBytes = 1_000_000
    const send = lane.send(key(1), bytesOf(10))
    for (let beat = 0; beat < 30; beat++) {
      port.queuedBytes -= 1000
      await vi.advanceTimersByTimeAsync(5)
    }
    port.writable = true
    port.handlers?.onDrain()
    await send
  })

  test('rejects what waits when the port closes', async () => {
    const { lane, port } = manualLane()
    port.writable = false
    const send = lane.send(key(1), bytesOf(10))
    port.handlers?.onClose(new Error('gone'))
    await expect(send).rejects.toMatchObject({ code: 'peer-lost', peerId: 'phone' })
  })

  test('refuses a message above the limit', async () => {
    const { lane } = manualLane()
    await expect(lane.send(key(1), new Uint8Array(32 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: 'bad-input' })
  })
})

describe('over a MessagePort', () => {
  test.each([LOCAL_FRAME_BYTES, 1152])('many messages pass both ways in frames of %i bytes', async (maxFrameBytes) => {
    const [one, two] = portPair(maxFrameBytes)
    for (let step = 0; step < 40; step++) {
      const payload = bytesOf((step * 97) % 9000, step)
      await Promise.all([one.send(key(1, step), payload), two.send(key(1, step), payload)])
      expect(await two.receive(key(1, step))).toEqual(payload)
      expect(await one.receive(key(1, step))).toEqual(payload)
    }
  })

  test('a message far larger than the window passes, in bounded flight', async () => {
    const [one, two] = portPair()
    const payload = new Uint8Array(25_165_824).fill(3)
    let taken = false
    const send = one.send(key(1), payload).then(() => {
      taken = true
    })
    expect(one.bytesSent).toBeLessThan(WINDOW_BYTES + 2 * LOCAL_FRAME_BYTES)
    expect(taken).toBe(false)
    const received = await two.receive(key(1))
    await send
    expect(received.byteLength).toBe(payload.byteLength)
    expect(received.every((byte) => byte === 3)).toBe(true)
  })

  test('the payload is the receiver’s own', async () => {
    const [one, two] = portPair()
    const payload = bytesOf(100)
    await one.send(key(1), payload)
    payload.fill(0)
    expect(await two.receive(key(1))).toEqual(bytesOf(100))
  })

  test('closing one end rejects at the other, after what was sent before', async () => {
    const [one, two] = portPair()
    const waiting = expect(two.receive(key(2))).rejects.toMatchObject({ code: 'peer-lost', peerId: 'two' })
    await one.send(key(1), bytesOf(8))
    const first = two.receive(key(1))
    one.close()
    expect(await first).toEqual(bytesOf(8))
    await waiting
  })

  test('closing with a reason rejects with that reason', async () => {
    const [one] = portPair()
    const waiting = expect(one.receive(key(1))).rejects.toMatchObject({ code: 'room-ended' })
    one.close(new HeadroomError('room-ended', 'The leader ended the room.'))
    await waiting
  })

  test('what is no frame fails the lane', async () => {
    const { port1, port2 } = new MessageChannel()
    const lane = createLane(messageLanePort(port1), { peerId: 'one' })
    const waiting = expect(lane.receive(key(1))).rejects.toMatchObject({ code: 'bad-message' })
    port2.postMessage({ surprise: true })
    await waiting
    port2.close()
  })
})
