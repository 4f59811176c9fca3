import { afterEach, describe, expect, it, vi } from 'vitest'
import { HeadroomError, PeerLostError, StalledLaneError } from '../../../src/base/errors.ts'
import type { Collective, WireFormat } from '../../../src/collective/collective.ts'
import { createStarCollective } from '../../../src/collective/star.ts'
import { type MemoryLane, memoryLanes } from '../../support/memory-lane.ts'
import { normal, seededRandom } from '../../support/random.ts'

const key = { epoch: 1, step: 0, slot: 1 }
const WIDTH = 96

interface Star {
  ranks: Collective[]
  /** `leaderLanes[i]` to rank i + 1, `memberLanes[i]` back. */
  leaderLanes: MemoryLane[]
  memberLanes: MemoryLane[]
}

function star(worldSize: number, wire: WireFormat = 'f16', stallTimeoutMs?: number): Star {
  const pairs = Array.from({ length: worldSize - 1 }, (_, i) => memoryLanes(`phone-${i + 1}`, 'leader'))
  const limit = stallTimeoutMs === undefined ? {} : { stallTimeoutMs }
  const leaderLanes = pairs.map(([lane]) => lane)
  const memberLanes = pairs.map(([, lane]) => lane)
  return {
    leaderLanes,
    memberLanes,
    ranks: [
      createStarCollective({ rank: 0, worldSize, lanes: leaderLanes, wire, ...limit }),
      ...memberLanes.map((lane, i) => createStarCollective({ rank: i + 1, worldSize, lanes: [lane], wire, ...limit })),
    ],
  }
}

/** One step's partial sums, a giant in one column. */
function partials(worldSize: number, rowCount: number, seed: number): Float32Array[] {
  const sample = normal(seededRandom(seed))
  return Array.from({ length: worldSize }, () =>
    Float32Array.from({ length: rowCount * WIDTH }, (_, i) => (i % WIDTH === 40 ? 24_882 * sample() : sample())),
  )
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error('It did not reject.'),
    (error: unknown) => error,
  )

afterEach(() => {
  vi.useRealTimers()
})

describe('all-reduce over a star', () => {
  const cases = ([1, 2, 3, 4, 5] as const).flatMap((worldSize) =>
    (['f32', 'f16', 'int8'] as const).flatMap((wire) => [1, 3].map((rowCount) => ({ worldSize, wire, rowCount }))),
  )

  it.each(cases)('adds $worldSize ranks over $wire, $rowCount row(s), to the same bits on every rank', async (one) => {
    const { worldSize, wire, rowCount } = one
    const { ranks } = star(worldSize, wire)
    const given = partials(worldSize, rowCount, worldSize)
    const before = given.map((partial) => partial.slice())
    const sums = await Promise.all(ranks.map((rank, r) => rank.allReduceSum(key, given[r]!, WIDTH)))

    const bits = sums.map((sum) => new Uint32Array(sum.buffer, sum.byteOffset, sum.length))
    for (const other of bits) expect(other).toEqual(bits[0])
    for (let i = 0; i < rowCount * WIDTH; i++) {
      const block = i - ((i % WIDTH) % 32)
      const exact = before.reduce((sum, partial) => sum + partial[i]!, 0)
      const largest = (values: Float32Array) => Math.max(...values.subarray(block, block + 32).map(Math.abs))
      const message = (values: Float32Array) =>
        wire === 'f32' ? 0 : wire === 'f16' ? Math.abs(values[i]!) * 2 ** -11 : largest(values) / 253
      const hops = before.slice(1).reduce((sum, partial) => sum + message(partial), message(sums[0]!))
      const float = before.reduce((sum, partial) => sum + Math.abs(partial[i]!), 0) * worldSize * 2 ** -23
      expect(Math.abs(sums[0]![i]! - exact)).toBeLessThanOrEqual(hops * 1.01 + float + 1e-5)
    }
  })

  it('adds in rank order, so that a split always gives the same float', async () => {
    const { ranks } = star(3, 'f32')
    const given = [1e8, 1, -1e8].map((value) => Float32Array.of(value))
    const [sum] = await Promise.all(ranks.map((rank, r) => rank.allReduceSum(key, given[r]!, 1)))
    expect(sum![0]).toBe(Math.fround(Math.fround(1e8 + 1) - 1e8))
  })

  it('lets a rank with an empty shard take part with zeros', async () => {
    const { ranks } = star(2, 'f16')
    const [own] = partials(1, 1, 9)
    const sums = await Promise.all([
      ranks[0]!.allReduceSum(key, own!.slice(), WIDTH),
      ranks[1]!.allReduceSum(key, new Float32Array(WIDTH), WIDTH),
    ])
    for (const [i, value] of sums[1]!.entries())
      expect(Math.abs(value - own![i]!)).toBeLessThan(Math.abs(own![i]!) / 2000)
  })

  it('runs a whole step of rounds and counts bytes, rounds and milliseconds', async () => {
    const { ranks } = star(3, 'f16')
    const [given] = partials(1, 1, 3)
    await Promise.all(
      ranks.map(async (rank) => {
        for (let slot = 1; slot <= 60; slot++) await rank.allReduceSum({ ...key, slot }, given!, WIDTH)
      }),
    )
    const message = 2 + 2 * WIDTH
    expect(ranks[0]!.stats).toMatchObject({ rounds: 60, bytesSent: 120 * message, bytesReceived: 120 * message })
    expect(ranks[2]!.stats).toMatchObject({ rounds: 60, bytesSent: 60 * message, bytesReceived: 60 * message })
    expect(ranks[0]!.stats.durationsMs.splice(0)).toHaveLength(60)
    expect(ranks[0]!.stats.durationsMs).toHaveLength(0)
    const moments = ranks[0]!.stats.moments.splice(0)
    expect(moments).toHaveLength(60)
    for (const [index, { waitedMs, arrivedMs, answeredMs }] of moments.entries()) {
      expect(arrivedMs).toHaveLength(2)
      expect(Math.min(...arrivedMs)).toBeGreaterThanOrEqual(waitedMs)
      expect(answeredMs).toBeGreaterThanOrEqual(Math.max(...arrivedMs))
      expect(waitedMs).toBeGreaterThanOrEqual(moments[index - 1]?.answeredMs ?? 0)
    }
    expect(ranks[2]!.stats.moments).toEqual([])
  })
})

describe('gather and broadcast over a star', () => {
  it("gives the leader every rank's bytes in rank order, and members nothing", async () => {
    const { ranks } = star(4)
    const answers = await Promise.all(ranks.map((rank, r) => rank.gather(key, Uint8Array.of(r, r * 2))))
    expect(answers[0]!.map((bytes) => [...bytes])).toEqual([
      [0, 0],
      [1, 2],
      [2, 4],
      [3, 6],
    ])
    expect(answers.slice(1)).toEqual([null, null, null])
  })

  it("gives every rank the leader's bytes", async () => {
    const { ranks } = star(4)
    const got = await Promise.all(ranks.map((rank, r) => rank.broadcast(key, r === 0 ? Uint8Array.of(5, 6) : null)))
    expect(got.map((bytes) => [...bytes])).toEqual(Array(4).fill([5, 6]))
  })

  it('waits for a broadcast beyond the time limit of rounds, until the caller stops it', async () => {
    const { ranks, memberLanes } = star(2, 'f16', 20)
    const stop = new AbortController()
    const waiting = rejection(ranks[1]!.broadcast(key, null, stop.signal))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(memberLanes[0]!.waiting).toBe(1)
    stop.abort(new HeadroomError('aborted', 'Enough.'))
    expect(await waiting).toMatchObject({ code: 'aborted', message: 'Enough.' })
    expect(memberLanes[0]!.waiting).toBe(0)
  })
})

describe('a star in trouble', () => {
  it('names the ranks that do not answer in time, and frees the receivers', async () => {
    const { ranks, memberLanes, leaderLanes } = star(4, 'f16', 50)
    memberLanes[1]!.silent = true
    const [own] = partials(1, 1, 1)
    const answers = await Promise.all(ranks.map((rank) => rejection(rank.allReduceSum(key, own!.slice(), WIDTH))))
    expect(answers[0]).toBeInstanceOf(StalledLaneError)
    expect((answers[0] as Error).message).toMatch(/^Rank 2 \(phone-2\) did not answer for 0\.05 s/)
    expect(answers[0]).toMatchObject({ rank: 2 })
    expect((answers[1] as Error).message).toMatch(/^The leader \(leader\) did not answer/)
    expect(leaderLanes.map((lane) => lane.waiting)).toEqual([0, 0, 0])
  })

  it("rejects with the lane's error when a member is lost in the middle of a round", async () => {
    const { ranks, memberLanes, leaderLanes } = star(3)
    const waiting = rejection(ranks[0]!.allReduceSum(key, new Float32Array(WIDTH), WIDTH))
    memberLanes[0]!.close()
    const error = await waiting
    expect(error).toBeInstanceOf(PeerLostError)
    expect(error).toMatchObject({ peerId: 'phone-1', rank: 1 })
    expect(leaderLanes[1]!.waiting).toBe(0)
  })

  it('refuses a partial sum of a wrong shape, naming the rank', async () => {
    const { ranks } = star(3)
    const leader = rejection(ranks[0]!.allReduceSum(key, new Float32Array(WIDTH), WIDTH))
    const members = [
      rejection(ranks[1]!.allReduceSum(key, new Float32Array(WIDTH), WIDTH)),
      rejection(ranks[2]!.allReduceSum(key, new Float32Array(WIDTH / 2), WIDTH / 2)),
    ]
    expect(await leader).toMatchObject({
      code: 'peer-shape',
      rank: 2,
      message: expect.stringMatching(/^Rank 2 \(phone-2\) sent a partial sum of 98 bytes where 194 were due/),
    })
    for (const rank of ranks) rank.close()
    for (const member of members) expect(await member).toMatchObject({ code: 'aborted' })
  })

  it.each([0, 1])('refuses NaN computed by rank %i, naming it there', async (bad) => {
    const { ranks } = star(2)
    const outcomes = ranks.map((rank, r) =>
      rejection(rank.allReduceSum(key, new Float32Array(WIDTH).fill(r === bad ? Number.NaN : 1), WIDTH)),
    )
    expect(await outcomes[bad]).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(new RegExp(`^Rank ${bad} .*NaN`)),
    })
    for (const rank of ranks) rank.close()
    await Promise.all(outcomes)
  })

  it('rejects open and later rounds once closed, and leaves the lanes open', async () => {
    const { ranks, leaderLanes } = star(2)
    const open = rejection(ranks[0]!.gather(key, new Uint8Array(1)))
    ranks[0]!.close()
    expect(await open).toMatchObject({ code: 'aborted' })
    expect(await rejection(ranks[0]!.gather(key, new Uint8Array(1)))).toMatchObject({ code: 'aborted' })
    await expect(leaderLanes[0]!.send(key, new Uint8Array(1))).resolves.toBeUndefined()
  })

  it('leaves no timer behind a finished round', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { ranks } = star(2)
    await Promise.all(ranks.map((rank) => rank.allReduceSum(key, new Float32Array(WIDTH), WIDTH)))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses lanes that do not match the rank', () => {
    expect(() => createStarCollective({ rank: 0, worldSize: 3, lanes: [], wire: 'f32' })).toThrow(/needs 2 lane/)
  })
})
