import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BULK_STALL_MS } from '../../../src/net/bulk-channel.ts'
import { BULK_FRAME_BYTES } from '../../../src/net/bulk-frame.ts'
import { ManualPort } from './manual-port.ts'
import { asked, open, pattern, words } from './open-channels.ts'

describe('a bulk channel to a slow peer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** Takes `room` frames and is full then. */
  class SmallPort extends ManualPort {
    room = 0
    override send(frame: Uint8Array<ArrayBuffer>): void {
      super.send(frame)
      this.queuedBytes += frame.byteLength
      this.writable = --this.room > 0
    }
    drain(room: number): void {
      Object.assign(this, { room, writable: true, queuedBytes: 0 })
      this.handlers?.onDrain()
    }
  }

  /** Brings what is sent to the other one. */
  class WiredPort extends ManualPort {
    other: ManualPort | null = null
    override send({ buffer }: Uint8Array<ArrayBuffer>): void {
      queueMicrotask(() => this.other?.handlers?.onFrame(buffer))
    }
  }

  const ask = (port: ManualPort, id: number) => port.handlers!.onFrame(words({ kind: 'ask', id, request: 1 }))

  test('sends no frame before the port has drained, and holds up nobody else', async () => {
    const answer = async () => ({ head: null, bytes: pattern(80_000) })
    const [slow, fast] = [new SmallPort(BULK_FRAME_BYTES), new ManualPort(BULK_FRAME_BYTES)]
    open(slow, { answer })
    open(fast, { answer })
    slow.drain(3)
    ask(slow, 0)
    ask(fast, 0)
    await vi.advanceTimersByTimeAsync(1000)
    expect(slow.sent).toHaveLength(3)
    expect(fast.sent).toHaveLength(7)
    slow.drain(2)
    await vi.advanceTimersByTimeAsync(1000)
    expect(slow.sent).toHaveLength(5)
  })

  test('gives it up when it takes nothing for the limit, and not before', async () => {
    const port = new SmallPort(BULK_FRAME_BYTES)
    open(port, { answer: async () => ({ head: null, bytes: pattern(80_000) }) })
    port.drain(2)
    ask(port, 0)
    await vi.advanceTimersByTimeAsync(0.9 * BULK_STALL_MS)
    port.drain(1)
    await vi.advanceTimersByTimeAsync(0.9 * BULK_STALL_MS)
    expect(port.closed).toBe(false)
    await vi.advanceTimersByTimeAsync(1.2 * BULK_STALL_MS)
    expect(port.closed).toBe(true)
  })

  test('is not given up while frames pass, though as many wait as before', async () => {
    const port = new SmallPort(BULK_FRAME_BYTES)
    open(port, { answer: async () => ({ head: null, bytes: pattern(800_000) }) })
    port.drain(2)
    ask(port, 0)
    for (let round = 0; round < 10; round++) {
      await vi.advanceTimersByTimeAsync(0.5 * BULK_STALL_MS)
      port.drain(2)
    }
    expect(port.closed).toBe(false)
  })

  test('that brings nothing rejects what waits, saying what to do', async () => {
    const port = new ManualPort(BULK_FRAME_BYTES)
    const waiting = open(port)
      .ask('three', asked(3))
      .catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(0.9 * BULK_STALL_MS)
    port.handlers!.onFrame(words({ kind: 'answer', id: 0, byteLength: 3, head: 1 }))
    await vi.advanceTimersByTimeAsync(0.9 * BULK_STALL_MS)
    expect(port.closed).toBe(false)
    await vi.advanceTimersByTimeAsync(1.2 * BULK_STALL_MS)
    expect(await waiting).toMatchObject({
      code: 'lane-stalled',
      message: expect.stringMatching(/load the model again/),
    })
  })

  test('waits for an answer that takes its maker longer than a stall', async () => {
    const [near, far] = [new WiredPort(BULK_FRAME_BYTES), new WiredPort(BULK_FRAME_BYTES)]
    near.other = far
    far.other = near
    const answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 3 * BULK_STALL_MS))
      return { head: 'late', bytes: pattern(3) }
    }
    open(far, { answer })
    const waiting = open(near).ask('three', asked(3))
    await vi.advanceTimersByTimeAsync(3 * BULK_STALL_MS)
    expect(await waiting).toEqual({ head: 'late', bytes: pattern(3) })
  })

  test('keeps out of the way for as long as it is told to, a packet at a time', async () => {
    let pauseMs = 250
    const port = new ManualPort(BULK_FRAME_BYTES)
    open(port, { answer: async () => ({ head: null, bytes: pattern(160_000) }), pauseMs: () => pauseMs })
    ask(port, 0)
    await vi.advanceTimersByTimeAsync(1010)
    expect(port.sent).toHaveLength(1 + 4)
    expect(Math.max(...port.sent.slice(1).map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(1152)
    pauseMs = 0
    await vi.advanceTimersByTimeAsync(250)
    const payload = port.sent.slice(1).reduce((sum, { byteLength }) => sum + byteLength - 8, 0)
    expect(payload).toBe(160_000)
  })
})
