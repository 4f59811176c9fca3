// What a survey found changes what a room computes on with the next shares that are loaded anyway. Engines, figures and messages are real;
// there is no GPU in Node, so devices begin on the reference executor and find that WASM is faster.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import { MobileTensorParallelismCoordinator } from '../../../src/cluster/coordinator.ts'
import { engineRank } from '../../../src/cluster/rank-port.ts'
import { wasmExecutor } from '../../../src/compute/wasm/wasm-executor.ts'
import { buildKernels } from '../../../tools/build-kernels.ts'
import { connect, coordinatorOptions, type EngineRoom } from '../../support/engine-room.ts'
import { newGuest } from '../../support/joining-guest.ts'
import { measuredUse } from '../../support/plain-profile.ts'
import { deviceWith, joined, userAgent } from '../../support/surveyed-device.ts'
import { reaches, request, served, silent, story } from './story-room.ts'

beforeAll(async () => {
  vi.stubGlobal('navigator', { hardwareConcurrency: 2, userAgent })
  await buildKernels()
})
afterAll(() => vi.unstubAllGlobals())

const close: (() => void)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const end of close.splice(0)) end()
})

/** A leader and a guest, as pages have them but for the browser: each surveys itself, and they tell each other by messages. */
function roomOfTwo() {
  const figures = measuredUse('reference', 1e6)
  const own = deviceWith({}, { ...figures, deviceId: 'device-0' }).device
  const guest = deviceWith({}, { ...figures, deviceId: 'guest' }).device
  close.push(
    () => own.close(),
    () => guest.close(),
  )
  connect(own.engine, 'guest', guest.engine)
  const reach = { baseUrl: served.baseUrl, leaderId: 'device-0' }
  const { rank } = joined(guest, reach.baseUrl, reach.leaderId)
  const options = { ...coordinatorOptions, weights: 'f32' } as const
  const coordinator = new MobileTensorParallelismCoordinator(own.engine, engineRank(own.engine, own, reach), options)
  coordinator.addMember(rank)
  const room = { engines: [own.engine], coordinator } as unknown as EngineRoom
  return {
    room,
    own,
    guest,
    rank,
    load: () => coordinator.loadModel(served.source),
    async survey() {
      await own.survey()
      await rank.survey()
    },
    /** What shares are loaded into, and what plan, leader and device each take a device to compute on: it must be one. */
    executors: () => {
      const [leader, member] = ['device-0', 'guest'].map((id) => coordinator.status(id).report?.executor)
      expect([own.profile.executor, rank.profile.executor, guest.profile.executor]).toEqual([leader, member, member])
      return [leader, member]
    },
    async tells() {
      expect((await coordinator.infer(request, silent)).text?.startsWith(story)).toBe(true)
    },
  }
}

test('a survey that ends before the first load decides what that is loaded into', async () => {
  const { survey, load, executors, tells, own, rank } = roomOfTwo()
  await survey()
  expect([own.profile.executor, rank.profile.executor]).toEqual(['reference', 'reference'])
  const { predictedStepMs } = await load()
  expect(executors()).toEqual(['wasm', 'wasm'])
  // At the reference executor's 1 MB/s a step over the model's 1 MB would take half a second.
  expect(predictedStepMs).toBeLessThan(50)
  expect(own.profile.otherExecutors).toContainEqual(expect.objectContaining({ executor: 'reference', why: null }))
  await tells()
})

test('a survey under a loaded model reloads nothing, also when an epoch goes on with the same shares; the next shares are loaded into what it found', async () => {
  const { room, rank, survey, load, executors, tells } = roomOfTwo()
  await load()
  await survey()
  await tells()
  expect(executors()).toEqual(['reference', 'reference'])
  expect(room.coordinator.plan?.epoch).toBe(1)

  rank.onFailed?.({ code: 'kernels-stopped', message: 'They stopped.' })
  await tells()
  expect(room.coordinator.plan?.epoch).toBe(2)
  expect(executors()).toEqual(['reference', 'reference'])

  const third = newGuest(room, served.baseUrl, 'third')
  close.push(() => third.engine.close())
  third.join()
  await reaches(room, 'ready', ['device-0', 'guest', 'third'])
  expect(executors()).toEqual(['wasm', 'wasm'])
  await tells()
})

test('what measured well and refuses its share leaves it to what was there before, and is not asked again', async () => {
  const { room, survey, load, executors, tells, guest } = roomOfTwo()
  await survey()
  const create = vi.spyOn(wasmExecutor, 'create').mockRejectedValue(new HeadroomError('out-of-memory', 'No room.'))
  await load()
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0', 'guest'])
  expect(executors()).toEqual(['reference', 'reference'])
  const refused = { executor: 'wasm', phases: null, why: 'No room.' }
  expect(guest.profile.otherExecutors).toContainEqual(expect.objectContaining(refused))
  const tries = create.mock.calls.length
  await load()
  expect(create).toHaveBeenCalledTimes(tries)
  expect(executors()).toEqual(['reference', 'reference'])
  await tells()
})
