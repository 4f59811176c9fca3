// The star over the real lanes of one tab: frames, inbox and message ports between it, as workers of one tab have them.
import { afterEach, describe, expect, it } from 'vitest'
import { PeerLostError } from '../../src/base/errors.ts'
import type { Collective, WireFormat } from '../../src/collective/collective.ts'
import { createStarCollective } from '../../src/collective/star.ts'
import { MAX_FRAME_BYTES } from '../../src/net/frame.ts'
import { createLane, type FrameLane } from '../../src/net/frame-lane.ts'
import { messageLanePort } from '../../src/net/message-lane-port.ts'
import { normal, seededRandom } from '../support/random.ts'

const EPOCH = 3
const lanes: FrameLane[] = []

afterEach(() => {
  for (const lane of lanes.splice(0)) lane.close()
})

function star(worldSize: number, wire: WireFormat, maxFrameBytes?: number): Collective[] {
  const open = (port: MessagePort, peerId: string, own: number, peer: number) => {
    const lane = createLane(messageLanePort(port, maxFrameBytes), { peerId })
    lane.setEpoch(EPOCH, { own, peer })
    lanes.push(lane)
    return lane
  }
  const pairs = Array.from({ length: worldSize - 1 }, (_, index) => {
    const { port1, port2 } = new MessageChannel()
    return [open(port1, `worker-${index + 1}`, 0, index + 1), open(port2, 'leader', index + 1, 0)] as const
  })
  return [
    createStarCollective({ rank: 0, worldSize, lanes: pairs.map(([lane]) => lane), wire }),
    ...pairs.map(([, lane], index) => createStarCollective({ rank: index + 1, worldSize, lanes: [lane], wire })),
  ]
}

function partialsOf(worldSize: number, length: number): Float32Array[] {
  const sample = normal(seededRandom(length))
  return Array.from({ length: worldSize }, () => Float32Array.from({ length }, sample))
}

describe('a star over real lanes', () => {
  it.each([
    { worldSize: 2, wire: 'f16' as const, rows: 1, width: 576, maxFrameBytes: undefined },
    { worldSize: 3, wire: 'f32' as const, rows: 512, width: 1024, maxFrameBytes: undefined },
    { worldSize: 3, wire: 'f32' as const, rows: 512, width: 1024, maxFrameBytes: MAX_FRAME_BYTES },
    { worldSize: 4, wire: 'f32' as const, rows: 128, width: 576, maxFrameBytes: undefined },
    { worldSize: 3, wire: 'f16' as const, rows: 128, width: 576, maxFrameBytes: MAX_FRAME_BYTES },
    { worldSize: 3, wire: 'int8' as const, rows: 5, width: 576, maxFrameBytes: MAX_FRAME_BYTES },
  ])(
    'gives $worldSize ranks one sum over $wire, $rows row(s) of $width',
    async ({ worldSize, wire, rows, width, maxFrameBytes }) => {
      const ranks = star(worldSize, wire, maxFrameBytes)
      const partials = partialsOf(worldSize, rows * width)
      const key = { epoch: EPOCH, step: 0, slot: 1 }
      const sums = await Promise.all(ranks.map((rank, r) => rank.allReduceSum(key, partials[r]!, width)))
      for (const sum of sums) expect(Buffer.from(sum.buffer).equals(Buffer.from(sums[0]!.buffer))).toBe(true)
      const bound = wire === 'f32' ? 1e-5 : wire === 'f16' ? 0.02 : 0.2
      let worst = 0
      for (const [i, value] of sums[0]!.entries()) {
        worst = Math.max(worst, Math.abs(value - partials.reduce((sum, partial) => sum + partial[i]!, 0)))
      }
      expect(worst).toBeLessThan(bound)
    },
  )

  it('runs whole steps: broadcast, sixty sums, gather', async () => {
    const ranks = star(3, 'f16')
    const partials = partialsOf(3, 576)
    const gathered = await Promise.all(
      ranks.map(async (collective, rank) => {
        let last: Uint8Array[] | null = null
        for (let step = 0; step < 5; step++) {
          const said = await collective.broadcast(
            { epoch: EPOCH, step, slot: 0 },
            rank === 0 ? Uint8Array.of(step) : null,
          )
          expect([...said]).toEqual([step])
          for (let slot = 1; slot <= 60; slot++) {
            await collective.allReduceSum({ epoch: EPOCH, step, slot }, partials[rank]!, 576)
          }
          last = await collective.gather({ epoch: EPOCH, step, slot: 61 }, Uint8Array.of(rank, step))
        }
        return last
      }),
    )
    expect(gathered[0]?.map((bytes) => [...bytes])).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
    ])
    expect(ranks[0]!.stats.rounds).toBe(5 * 62)
  })

  it('fails on the leader when a worker goes', async () => {
    const ranks = star(3, 'f16')
    const key = { epoch: EPOCH, step: 0, slot: 1 }
    const waiting = ranks[0]!.allReduceSum(key, new Float32Array(576), 576).catch((error: unknown) => error)
    lanes[1]!.close()
    expect(await waiting).toBeInstanceOf(PeerLostError)
  })
})
