import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startHeartbeat } from '../../../src/net/heartbeat.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => vi.useRealTimers())

test('a peer that is heard is never called silent, and its pongs give the round trip', () => {
  const onSilent = vi.fn()
  const stamps: number[] = []
  const heartbeat = startHeartbeat((stampMs) => stamps.push(stampMs), onSilent)
  expect(heartbeat.rttMs).toBeUndefined()
  for (let second = 0; second < 30; second++) {
    vi.advanceTimersByTime(40)
    heartbeat.heard()
    heartbeat.pong(stamps.at(-1)!)
    vi.advanceTimersByTime(960)
  }
  expect(onSilent).not.toHaveBeenCalled()
  expect(heartbeat.rttMs).toBeCloseTo(40)
  expect(stamps).toHaveLength(31)
  heartbeat.stop()
})

test('a peer that says nothing is called silent once, after four to six seconds', () => {
  const onSilent = vi.fn()
  startHeartbeat(() => undefined, onSilent)
  vi.advanceTimersByTime(3900)
  expect(onSilent).not.toHaveBeenCalled()
  vi.advanceTimersByTime(2100)
  expect(onSilent).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(20_000)
  expect(onSilent).toHaveBeenCalledTimes(1)
})

test('the silence of this device’s own sleep is not the peer’s', () => {
  const onSilent = vi.fn()
  let nowMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const heartbeat = startHeartbeat(() => undefined, onSilent)
  nowMs = 60_000
  vi.advanceTimersByTime(1000)
  expect(onSilent).not.toHaveBeenCalled()
  for (let beat = 1; beat <= 6; beat++) {
    nowMs += 1000
    vi.advanceTimersByTime(1000)
  }
  expect(onSilent).toHaveBeenCalledTimes(1)
  heartbeat.stop()
})

test('a device whose own beats come late gives its peer as many', () => {
  const onSilent = vi.fn()
  let nowMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const heartbeat = startHeartbeat(() => undefined, onSilent)
  const lateBeat = () => {
    nowMs += 2000
    vi.advanceTimersByTime(1000)
  }
  for (let beat = 1; beat <= 4; beat++) lateBeat()
  expect(onSilent).not.toHaveBeenCalled()
  heartbeat.heard()
  for (let beat = 1; beat <= 4; beat++) lateBeat()
  expect(onSilent).not.toHaveBeenCalled()
  lateBeat()
  expect(onSilent).toHaveBeenCalledTimes(1)
  heartbeat.stop()
})

test('a pong nobody asked for changes nothing', () => {
  const heartbeat = startHeartbeat(
    () => undefined,
    () => undefined,
  )
  heartbeat.pong(-1e9)
  expect(heartbeat.rttMs).toBeUndefined()
  heartbeat.stop()
})
