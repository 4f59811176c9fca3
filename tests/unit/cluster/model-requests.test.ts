// What a page asks of its room's model, over engines of one process.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ModelRequests } from '../../../src/cluster/model-requests.ts'
import type { OwnDevice } from '../../../src/cluster/own-device.ts'
import {
  coordinatorOptions,
  type EngineRoom,
  engineRoom,
  type ServedModel,
  serveModelAt,
} from '../../support/engine-room.ts'

let served: ServedModel
beforeAll(async () => {
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

let room: EngineRoom
afterEach(() => room.close())

test('a model is loaded without a device that somebody wants to do without, and over all of them the next time', async () => {
  room = engineRoom(served.baseUrl, [1, 1, 1])
  const device = { engine: room.engines[0] } as unknown as OwnDevice
  const { coordinator } = room
  const requests = new ModelRequests({ ...coordinatorOptions, device, coordinator, serverUrl: served.baseUrl })
  const fit = await requests.checkFit('stories260K', { without: 'device-1' }, () => null)
  expect(fit).toMatchObject({ fits: true, devices: [{ deviceId: 'device-0' }, { deviceId: 'device-2' }] })
  await requests.load('stories260K', { without: 'device-1' })
  expect(coordinator.plan?.deviceIds).toEqual(['device-0', 'device-2'])
  await requests.load('stories260K', {})
  expect(coordinator.plan?.deviceIds).toEqual(['device-0', 'device-1', 'device-2'])
})
