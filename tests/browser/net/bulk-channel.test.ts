// The bulk channel over real data channels, on the main thread and through a relay, and beside a lane in use.
import { afterEach, expect, test } from 'vitest'
import { BulkChannel } from '../../../src/net/bulk-channel.ts'
import { BULK_FRAME_BYTES } from '../../../src/net/bulk-frame.ts'
import { createLane, type FrameLane } from '../../../src/net/frame-lane.ts'
import { openLanePort } from '../../../src/net/lane-endpoint.ts'
import { PeerLink } from '../../../src/net/peer-link.ts'
import { relayChannel } from '../../../src/net/relay.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const step of cleanUp.splice(0)) step()
})

const pieceBytes = 1 << 20
const piece = Uint8Array.from({ length: pieceBytes }, (_, index) => (index * 2654435761) >>> 24)

interface End {
  link: PeerLink
  lane: FrameLane
  bulk: BulkChannel
}

/** Two linked devices in this page, either of which may be one that cannot transfer channels. */
async function linkedPair(relayed: readonly [boolean, boolean]): Promise<[End, End]> {
  const ends: End[] = []
  for (const index of [0, 1] as const) {
    const made: Partial<End> = {}
    made.link = new PeerLink({
      peerId: `peer-${1 - index}`,
      initiator: index === 0,
      relayed: false,
      iceServers: [],
      sendSignal: (signal) => setTimeout(() => ends[1 - index]?.link.signal(structuredClone(signal))),
      onChannel(use, channel, { peerId }) {
        const endpoint = relayed[index]
          ? ({ kind: 'relay', port: relayChannel(channel) } as const)
          : ({ kind: 'channel', channel } as const)
        if (use === 'lane') made.lane = createLane(openLanePort(endpoint), { peerId })
        else
          made.bulk = new BulkChannel(openLanePort(endpoint, BULK_FRAME_BYTES), {
            peerId,
            answer: async () => ({ head: 'piece', bytes: piece }),
            pauseMs: () => 0,
          })
      },
    })
    ends.push(made as End)
  }
  cleanUp.push(() => {
    for (const { link } of ends) link.close()
  })
  await Promise.all(ends.map(({ link }) => new Promise((resolve) => link.events.on('connected', resolve))))
  return ends as [End, End]
}

const asked = { byteLength: pieceBytes, onBytes: () => undefined }

test.each([
  ['directly', [false, false]],
  ['relayed where it is asked', [true, false]],
  ['relayed where it is answered', [false, true]],
] as const)('pieces arrive whole, %s', async (how, relayed) => {
  const [asker] = await linkedPair(relayed)
  const startedAt = performance.now()
  const answers = await Promise.all(Array.from({ length: 12 }, () => asker.bulk.ask(null, asked)))
  const seconds = (performance.now() - startedAt) / 1000
  console.log(`bulk channel ${how}: ${((12 * pieceBytes) / 1e6 / seconds).toFixed(1)} MB/s`)
  for (const { head, bytes } of answers) {
    expect(head).toBe('piece')
    expect(bytes.every((byte, index) => byte === piece[index])).toBe(true)
  }
})

test('a lane goes on beside it, and the end of the link is told to whoever waits', async () => {
  const [asker, answerer] = await linkedPair([false, false])
  const first = asker.bulk.ask(null, asked)
  const message = piece.subarray(0, 4608)
  for (let step = 0; step < 20; step++) {
    const arrived = asker.lane.receive({ epoch: 0, step, slot: 1 })
    await answerer.lane.send({ epoch: 0, step, slot: 1 }, message)
    expect((await arrived).length).toBe(message.length)
  }
  await first
  const waiting = asker.bulk.ask(null, asked).catch((error: unknown) => error)
  answerer.link.close()
  expect(await waiting).toMatchObject({ code: 'peer-lost' })
})
