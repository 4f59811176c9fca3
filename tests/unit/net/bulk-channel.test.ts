import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { MAX_WAITING_REQUESTS } from '../../../src/net/bulk-answerer.ts'
import { BULK_FRAME_BYTES } from '../../../src/net/bulk-frame.ts'
import { messageLanePort } from '../../../src/net/message-lane-port.ts'
import { ManualPort } from './manual-port.ts'
import { asked, bytesFrame, open, pair, pattern, said, words } from './open-channels.ts'

describe('a bulk channel', () => {
  test('brings the head and the bytes of any answer, and tells of every byte', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(lengths, fc.constantFrom(1152, BULK_FRAME_BYTES, 262_144), async (wanted, frameBytes) => {
        const [asker] = pair(
          (length) => Promise.resolve({ head: { length }, bytes: pattern(Number(length)) }),
          {},
          frameBytes,
        )
        const heard = wanted.map(() => 0)
        const ask = async (byteLength: number, index: number) =>
          asker.ask(byteLength, { byteLength, onBytes: (count) => (heard[index]! += count) })
        const answers = await Promise.all(wanted.map(ask))
        for (const [index, { head, bytes }] of answers.entries()) {
          expect(head).toEqual({ length: wanted[index] })
          expect(Buffer.compare(bytes, pattern(wanted[index]!))).toBe(0)
        }
        expect(heard).toEqual(wanted)
      }),
      { seed: 7, numRuns: 10 },
    )
  })

  test('answers in the order asked, and makes ready no more than two answers at once', async () => {
    let [underWay, most] = [0, 0]
    const [asker] = pair(async (length) => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, Number(length) % 3))
      underWay--
      return { head: null, bytes: pattern(Number(length)) }
    })
    const order: number[] = []
    const lengths = [50_000, 3, 20_001, 0, 40_000]
    await Promise.all(lengths.map((length) => asker.ask(length, asked(length)).then(() => order.push(length))))
    expect(order).toEqual(lengths)
    expect(most).toBeLessThanOrEqual(2)
  })

  test('tells a refusal with its code, and goes on', async () => {
    const [asker] = pair(async (request) => {
      if (request === 'all') throw new HeadroomError('model-not-found', 'That one is not here.')
      return { head: null, bytes: pattern(5) }
    })
    const refused = asker.ask('all', asked(5))
    await expect(refused).rejects.toMatchObject({ code: 'model-not-found', message: 'That one is not here.' })
    expect((await asker.ask('five', asked(5))).bytes).toEqual(pattern(5))
  })

  test('drops what is cancelled on both sides, and goes on', async () => {
    const aborted: unknown[] = []
    let onSlow = () => {}
    const underWay = new Promise<void>((resolve) => {
      onSlow = resolve
    })
    const [asker] = pair(async (request, signal) => {
      signal.addEventListener('abort', () => aborted.push(request))
      if (request === 'slow') {
        onSlow()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      }
      return { head: null, bytes: pattern(400_000) }
    })
    const stop = new AbortController()
    const slow = asker.ask('slow', asked(400_000, stop.signal))
    const waiting = asker.ask('waiting', asked(400_000, stop.signal))
    const next = asker.ask('next', asked(400_000))
    await underWay
    stop.abort()
    await expect(slow).rejects.toMatchObject({ code: 'aborted' })
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
    expect(Buffer.compare((await next).bytes, pattern(400_000))).toBe(0)
    expect(aborted).toContain('slow')
  })

  test('lets everybody know that the peer is gone, also in the middle of an answer', async () => {
    const [asker, answerer] = pair(async (length) => ({ head: null, bytes: pattern(Number(length)) }), {
      pauseMs: () => 5,
    })
    const part = new Promise<void>((resolve) => {
      void asker.ask(1_000_000, { byteLength: 1_000_000, onBytes: () => resolve() }).catch(() => undefined)
    })
    const waiting = asker.ask(7, asked(7))
    await part
    answerer.close()
    await expect(waiting).rejects.toMatchObject({ code: 'peer-lost' })
    await expect(asker.ask(7, asked(7))).rejects.toMatchObject({ code: 'peer-lost' })
  })

  test('closes on a peer that makes more requests at once than anybody needs', async () => {
    const port = new ManualPort(BULK_FRAME_BYTES)
    port.writable = false
    open(port, { answer: async () => ({ head: null, bytes: pattern(9) }) })
    for (let id = 0; id < MAX_WAITING_REQUESTS; id++) port.handlers!.onFrame(words({ kind: 'ask', id, request: 1 }))
    expect(port.closed).toBe(false)
    port.handlers!.onFrame(words({ kind: 'ask', id: 99, request: 1 }))
    expect(port.closed).toBe(true)
    port.handlers!.onFrame(words({ kind: 'ask', id: 100, request: 1 }))
    expect(port.sent).toEqual([])
  })

  test.each([
    ['nothing', new ArrayBuffer(0)],
    ['another first byte', Uint8Array.of(9, 1, 2).buffer],
    ['bytes without payload', bytesFrame(0, [])],
    ['a frame above the limit', new Uint8Array(BULK_FRAME_BYTES + 1).fill(2).buffer],
    ['no JSON', Uint8Array.of(1, 123).buffer],
    ['no UTF-8', Uint8Array.of(1, 34, 255, 34).buffer],
    ['words of another kind', words({ kind: 'give', id: 1 })],
    ['a request without a number', words({ kind: 'ask', request: 1 })],
    ['an answer nobody asked for', words({ kind: 'answer', id: 5, byteLength: 1, head: 1 })],
    ['an answer of another length', words({ kind: 'answer', id: 0, byteLength: 2 ** 40, head: 1 })],
    ['bytes before their answer', bytesFrame(0, [1])],
  ])('fails with words on %s', async (_, frame) => {
    const port = new ManualPort(BULK_FRAME_BYTES)
    const waiting = open(port).ask('three', asked(3))
    port.handlers!.onFrame(frame)
    await expect(waiting).rejects.toMatchObject({ code: 'bad-message' })
    expect(port.closed).toBe(true)
  })

  test('fails on more bytes than the answer has, and on a second answer', async () => {
    for (const frame of [bytesFrame(0, [1, 2]), words({ kind: 'answer', id: 0, byteLength: 3, head: 1 })]) {
      const port = new ManualPort(BULK_FRAME_BYTES)
      const waiting = open(port).ask('three', asked(3))
      port.handlers!.onFrame(words({ kind: 'answer', id: 0, byteLength: 3, head: 1 }))
      port.handlers!.onFrame(bytesFrame(0, [1, 2]))
      port.handlers!.onFrame(frame)
      await expect(waiting).rejects.toMatchObject({ code: 'bad-message' })
    }
  })

  test('never reports an answer twice when frames of a cancelled one come late', async () => {
    const port = new ManualPort(BULK_FRAME_BYTES)
    const stop = new AbortController()
    const channel = open(port)
    const first = channel.ask('three', asked(3, stop.signal))
    const second = channel.ask('one', asked(1))
    stop.abort()
    await expect(first).rejects.toMatchObject({ code: 'aborted' })
    port.handlers!.onFrame(words({ kind: 'answer', id: 0, byteLength: 3, head: 1 }))
    port.handlers!.onFrame(bytesFrame(0, [1, 2, 3]))
    port.handlers!.onFrame(words({ kind: 'answer', id: 1, byteLength: 1, head: 'one' }))
    port.handlers!.onFrame(bytesFrame(1, [8]))
    expect(await second).toEqual({ head: 'one', bytes: Uint8Array.of(8) })
    expect(port.sent.map(said).map(({ kind }) => kind)).toEqual(['ask', 'ask', 'cancel'])
  })

  test('outlives a device that was busy for longer than a stall', async () => {
    const { port1, port2 } = new MessageChannel()
    const asker = open(messageLanePort(port1), { stallMs: 100 })
    open(messageLanePort(port2), { stallMs: 100, answer: async () => ({ head: null, bytes: pattern(9) }) })
    const answer = asker.ask('nine', asked(9))
    const until = performance.now() + 300
    while (performance.now() < until);
    expect((await answer).bytes).toEqual(pattern(9))
  })
})
