import { expect, test } from 'vitest'
import type { MobileTensorParallelismCoordinator } from '../../../src/cluster/coordinator.ts'
import type { OwnDevice } from '../../../src/cluster/own-device.ts'
import { RequestDevices } from '../../../src/cluster/request-devices.ts'

/** Nothing here starts a worker: what is asked for is either in the room or refused. */
const devices = new RequestDevices({
  device: { deviceId: 'leader' } as OwnDevice,
  coordinator: {} as MobileTensorParallelismCoordinator,
  baseUrl: 'http://127.0.0.1/',
  maxDevices: 3,
})

test('names the leader first, and everybody once', () => {
  expect(devices.choose(['b', 'leader', 'a', 'b'], ['a', 'b', 'c'])).toEqual(['leader', 'b', 'a'])
  expect(devices.choose([], ['a'])).toEqual(['leader'])
  expect(devices.choose(undefined, ['a'])).toBeNull()
})

test('refuses a device that is not in the room, and names those that are', () => {
  expect(() => devices.choose(['a', 'x'], ['a'])).toThrow(/no device x in the room. There are: leader, a/)
})

test.each([0, -1, 1.5, Number.NaN, 4, 1e9])('refuses %s workers', (local) => {
  expect(() => devices.choose({ local }, [])).toThrow(/1 to 3 devices/)
})

test('refuses more members than a plan takes', () => {
  expect(() => devices.choose(['a', 'b', 'c'], ['a', 'b', 'c'])).toThrow(/1 to 3 devices/)
})
