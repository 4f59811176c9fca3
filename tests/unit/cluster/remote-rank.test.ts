import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import type { LeaderMessage } from '../../../src/cluster/control-protocol.ts'
import { type RemoteRank, remoteRank } from '../../../src/cluster/remote-rank.ts'
import { plainProfile } from '../../support/plain-profile.ts'
import { loadOrder, report, startOrder } from './any-orders.ts'

const silent = () => undefined
const failed = (epoch: number) =>
  ({ kind: 'failed', epoch, error: { code: 'out-of-memory', message: 'Too large.' } }) as const

let sent: LeaderMessage[]
let rank: RemoteRank
beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  rank = remoteRank({ ...plainProfile, deviceId: 'guest', name: 'Pixel' }, (message) => sent.push(message))
})
afterEach(() => {
  vi.useRealTimers()
})

test('a load resolves with the report of its own epoch, after its own progress', async () => {
  const progress = vi.fn()
  const loading = rank.load(loadOrder(2), progress)
  const bytes = { loadedBytes: 1, totalBytes: 2, downloadedBytes: 1 }
  rank.receive({ kind: 'progress', epoch: 1, progress: bytes })
  rank.receive({ kind: 'loaded', epoch: 1, report: { ...report, weightBytes: 99 } })
  expect(progress).not.toHaveBeenCalled()
  rank.receive({ kind: 'progress', epoch: 2, progress: bytes })
  rank.receive({ kind: 'loaded', epoch: 2, report })
  expect(await loading).toEqual(report)
  expect(progress).toHaveBeenCalledExactlyOnceWith(bytes)
  expect(sent.map(({ kind }) => kind)).toEqual(['load'])
})

test('a device that turned to another executor is planned with what it measured there', async () => {
  const loading = rank.load(loadOrder(2), () => undefined)
  const { executor, weightBytesPerSecond, backend } = rank.profile
  const use = { executor: 'wasm', weightBytesPerSecond: 5e8, phases: null, backend: 'WebAssembly' } as const
  const turnedTo = { ...use, why: 'It was taken away.' }
  rank.receive({ kind: 'loaded', epoch: 2, report: { ...report, turnedTo } })
  await loading
  expect(rank.profile).toMatchObject(use)
  const left = { executor, weightBytesPerSecond, phases: null, backend, why: turnedTo.why }
  expect(rank.profile.otherExecutors).toEqual([left])
})

test('a device that does not start in time is told by name, and a late answer changes nothing', async () => {
  const starting = expect(rank.start(startOrder(2))).rejects.toThrow(/Pixel did not start within 10 s/)
  await vi.advanceTimersByTimeAsync(10_000)
  await starting
  rank.receive({ kind: 'started', epoch: 2 })
  expect(vi.getTimerCount()).toBe(0)
})

test('a start answered in time leaves no timer behind', async () => {
  const starting = rank.start(startOrder(2))
  rank.receive({ kind: 'started', epoch: 1 })
  rank.receive({ kind: 'started', epoch: 2 })
  await starting
  expect(vi.getTimerCount()).toBe(0)
})

test('an order that cannot be sent fails at once and leaves nothing behind', async () => {
  const unreachable = remoteRank({ ...plainProfile, deviceId: 'guest' }, () => {
    throw new HeadroomError('peer-lost', 'guest is not connected.')
  })
  await expect(unreachable.load(loadOrder(1), silent)).rejects.toMatchObject({ code: 'peer-lost' })
  await expect(unreachable.start(startOrder(1))).rejects.toMatchObject({ code: 'peer-lost' })
  expect(() => unreachable.cancel()).not.toThrow()
  expect(vi.getTimerCount()).toBe(0)
})

test('a failure ends what waits, with the device’s name', async () => {
  const loading = rank.load(loadOrder(2), silent)
  rank.receive(failed(2))
  await expect(loading).rejects.toMatchObject({ code: 'out-of-memory', message: 'Pixel: Too large.' })
})

test('a failure of the running epoch is told; one of an earlier epoch is dropped', async () => {
  const heard = vi.fn()
  rank.onFailed = heard
  const loading = rank.load(loadOrder(2), silent)
  rank.receive(failed(1))
  rank.receive({ kind: 'loaded', epoch: 2, report })
  await loading
  rank.receive(failed(1))
  expect(heard).not.toHaveBeenCalled()
  rank.receive(failed(2))
  expect(heard).toHaveBeenCalledOnce()
})

test('a lost connection ends what waits', async () => {
  const loading = rank.load(loadOrder(2), silent)
  const starting = rank.start(startOrder(2))
  rank.lost({ code: 'peer-lost', message: 'Pixel left the room.' })
  await expect(loading).rejects.toMatchObject({ code: 'peer-lost' })
  await expect(starting).rejects.toMatchObject({ code: 'peer-lost' })
  expect(vi.getTimerCount()).toBe(0)
})

test('a held load may be silent for as long as it is held', async () => {
  const loading = rank.load(loadOrder(2), silent)
  rank.hold(true)
  await vi.advanceTimersByTimeAsync(600_000)
  rank.hold(false)
  await vi.advanceTimersByTimeAsync(59_000)
  rank.receive({ kind: 'loaded', epoch: 2, report })
  expect(await loading).toEqual(report)
  expect(sent.filter(({ kind }) => kind === 'hold-load')).toEqual([
    { kind: 'hold-load', held: true },
    { kind: 'hold-load', held: false },
  ])
})
