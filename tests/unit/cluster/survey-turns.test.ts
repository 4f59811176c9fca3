// Whose turn it is, with devices that only say so: what a survey measures is another test's matter.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type SurveyedDevice, SurveyTurns } from '../../../src/cluster/survey-turns.ts'

const quietMs = 5000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

class Device implements SurveyedDevice {
  surveyed = false
  turns = 0
  stops = 0
  active = false
  readonly deviceId: string
  #end: (() => void) | null = null

  constructor(deviceId: string) {
    this.deviceId = deviceId
  }

  survey(): Promise<void> {
    this.turns++
    this.active = true
    return new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Its turn ends; `surveyed` says whether with everything measured. */
  async finish(surveyed = true): Promise<void> {
    this.surveyed = surveyed
    this.active = false
    this.#end?.()
    await vi.advanceTimersByTimeAsync(0)
  }

  stopSurvey(): void {
    this.stops++
    this.active = false
    this.#end?.()
  }
}

function roomOf(...ids: string[]) {
  const devices = ids.map((id) => new Device(id))
  const turns = new SurveyTurns(() => devices)
  const holders = () => devices.filter(({ active }) => active).map(({ deviceId }) => deviceId)
  const quiet = () => vi.advanceTimersByTimeAsync(quietMs)
  turns.update(false)
  return { devices, turns, holders, quiet }
}

describe('turns to survey', () => {
  test('begin after five seconds of quiet, and are given one at a time in the room’s order', async () => {
    const { devices, holders, quiet } = roomOf('leader', 'anna', 'ben')
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    expect(holders()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(holders()).toEqual(['leader'])
    await quiet()
    expect(holders()).toEqual(['leader'])
    await devices[0]!.finish()
    expect(holders()).toEqual(['anna'])
    await devices[1]!.finish()
    expect(holders()).toEqual(['ben'])
    await devices[2]!.finish()
    await quiet()
    expect(devices.map((device) => device.turns)).toEqual([1, 1, 1])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are for those alone who have something left to measure', async () => {
    const { devices, holders, quiet } = roomOf('leader', 'anna')
    devices[0]!.surveyed = true
    await quiet()
    expect(holders()).toEqual(['anna'])
  })

  test('wait while the room is busy, and five seconds more', async () => {
    const { turns, holders, quiet } = roomOf('leader')
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    turns.update(true)
    await quiet()
    await quiet()
    expect(holders()).toEqual([])
    turns.update(false)
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    turns.update(false)
    expect(holders()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(holders()).toEqual(['leader'])
  })

  test('end at once when something begins, and come again', async () => {
    const { devices, turns, holders, quiet } = roomOf('leader', 'anna')
    await quiet()
    await devices[0]!.finish()
    expect(holders()).toEqual(['anna'])
    turns.update(true)
    expect(holders()).toEqual([])
    expect(devices[1]!.stops).toBe(1)
    turns.update(true)
    turns.update(false)
    await quiet()
    expect(holders()).toEqual(['anna'])
    expect(devices.map(({ turns, stops }) => [turns, stops])).toEqual([
      [1, 0],
      [2, 1],
    ])
  })

  test('go on with the others where a device could not finish, which comes again after a pause', async () => {
    const { devices, holders, quiet } = roomOf('leader', 'anna')
    await quiet()
    await devices[0]!.finish(false)
    expect(holders()).toEqual(['anna'])
    await devices[1]!.finish()
    expect(holders()).toEqual([])
    await quiet()
    expect(holders()).toEqual(['leader'])
  })

  test('wait anew when somebody joins, and skip who has left', async () => {
    const { devices, turns, holders, quiet } = roomOf('leader')
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    devices.push(new Device('anna'))
    turns.update(false)
    await vi.advanceTimersByTimeAsync(quietMs - 1)
    expect(holders()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    const [leader] = devices.splice(0, 1)
    turns.update(false)
    expect(leader!.stops).toBe(1)
    await quiet()
    expect(holders()).toEqual(['anna'])
  })

  test('end for good with the room', async () => {
    const { devices, turns, holders, quiet } = roomOf('leader')
    await quiet()
    turns.close()
    await quiet()
    expect(holders()).toEqual([])
    expect(devices[0]!.stops).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
