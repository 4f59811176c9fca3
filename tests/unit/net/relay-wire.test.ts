import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RelayWire } from '../../../src/net/relay-wire.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface End {
  wire: RelayWire
  opened: number
  heard: unknown[]
  /** When it sent a letter. */
  sentAtMs: number[]
}

/** Two ends; `carry` is the server: it calls `deliver` when, and as often as, it likes. */
function pair(carry: (deliver: () => void, letter: unknown) => void = (deliver) => void setTimeout(deliver, 5)) {
  const ends: End[] = []
  const make = (index: 0 | 1): End => {
    const end: Omit<End, 'wire'> = { opened: 0, heard: [], sentAtMs: [] }
    const sendSignal = (signal: unknown) => {
      end.sentAtMs.push(performance.now())
      const letter: unknown = structuredClone(signal)
      carry(() => ends[1 - index]?.wire.signal(letter), letter)
    }
    const events = {
      onOpen: () => void end.opened++,
      onData: (data: unknown) => void end.heard.push(data),
      onGone: (cause: unknown) => expect.unreachable(String(cause)),
    }
    return Object.assign(end, { wire: new RelayWire({ initiator: index === 0, sendSignal }, events) })
  }
  ends.push(make(0), make(1))
  return ends as [End, End]
}

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill)

test('one end opens at once, the other when it has heard of it', async () => {
  const [leader, guest] = pair()
  await Promise.resolve()
  expect([leader.opened, guest.opened]).toEqual([1, 0])
  leader.wire.send(bytes(1, 1))
  await vi.advanceTimersByTimeAsync(1000)
  expect([leader.opened, guest.opened]).toEqual([1, 1])
})

test('what is sent arrives in order and once, both ways, in few letters', async () => {
  const [leader, guest] = pair()
  const sent = Array.from({ length: 300 }, (_, index) => bytes(1 + ((index * 37) % 900), index % 256))
  for (const frame of sent) leader.wire.send(frame)
  guest.wire.send(bytes(5, 9))
  const large = sent.reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect(leader.wire.bufferedBytes).toBe(large)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(guest.heard).toEqual(sent)
  expect(leader.heard).toEqual([bytes(5, 9)])
  expect([leader.wire.bufferedBytes, guest.wire.bufferedBytes]).toEqual([0, 0])
  expect(leader.sentAtMs.length).toBeLessThan(large / 15_000)
})

test('letters that overtake each other change nothing', async () => {
  let turn = 0
  const [leader, guest] = pair((deliver) => void setTimeout(deliver, turn++ % 2 === 0 ? 900 : 1))
  for (let index = 0; index < 20; index++) {
    leader.wire.send(bytes(13_000, index))
    guest.wire.send(bytes(13_000, index))
  }
  await vi.advanceTimersByTimeAsync(60_000)
  const expected = Array.from({ length: 20 }, (_, index) => index)
  for (const { heard } of [leader, guest]) expect(heard.map((data) => (data as Uint8Array)[12_999])).toEqual(expected)
})

test('no two letters of one end are closer than 300 ms, and every one is below what the server takes', async () => {
  let longest = 0
  const [leader, guest] = pair((deliver, letter) => {
    longest = Math.max(longest, JSON.stringify(letter).length)
    setTimeout(deliver, 2)
  })
  const talk = setInterval(() => {
    leader.wire.send(bytes(16_384, 1))
    guest.wire.send(bytes(9, 1))
  }, 50)
  await vi.advanceTimersByTimeAsync(20_000)
  clearInterval(talk)
  for (const { sentAtMs } of [leader, guest]) {
    expect(sentAtMs.length).toBeGreaterThan(20)
    for (const [index, atMs] of sentAtMs.entries())
      if (index > 0) expect(atMs - sentAtMs[index - 1]!).toBeGreaterThanOrEqual(299)
  }
  // Sealed it is base64 once more, and the server takes 60,000 characters.
  expect((longest * 4) / 3).toBeLessThan(59_000)
})

test('a letter that the server loses is not sent again, and what follows waits', async () => {
  const [leader, guest] = pair(() => undefined)
  leader.wire.send(bytes(3, 1))
  await vi.advanceTimersByTimeAsync(1000)
  leader.wire.send(bytes(3, 2))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(leader.sentAtMs).toHaveLength(1)
  expect(leader.wire.bufferedBytes).toBe(6)
  expect(guest.heard).toEqual([])
})

test('after closing nothing is sent or heard', async () => {
  const [leader, guest] = pair()
  leader.wire.send(bytes(1, 1))
  guest.wire.close()
  await vi.advanceTimersByTimeAsync(1000)
  leader.wire.close()
  leader.wire.send(bytes(1, 2))
  await vi.advanceTimersByTimeAsync(5000)
  expect([guest.heard, guest.opened, leader.sentAtMs.length]).toEqual([[], 0, 1])
})

test.each([
  ['text', 'letter'],
  ['a signal of WebRTC', { type: 'offer', sdp: 'v=0' }],
  ['a number that is none', { number: -1, taken: 0, frames: [] }],
  ['a number that was skipped to', { number: 2, taken: 0, frames: [] }],
  ['an answer to what was not sent', { number: 0, taken: 1, frames: [] }],
  ['a frame that is too long', { number: 1, taken: 0, frames: ['A'.repeat(60_000)] }],
])('refuses %s', (_, letter) => {
  const [leader] = pair()
  expect(() => leader.wire.signal(letter)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})
