import { beforeAll, describe, expect, it, test } from 'vitest'
import type { InspectedModel } from '../../../src/cluster/engine-protocol.ts'
import { planRoom } from '../../../src/cluster/plan-room.ts'
import { type FitDevice, fitRoom } from '../../../src/cluster/room-fit.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { coordinatorOptions as options } from '../../support/engine-room.ts'
import { diskSource } from '../../support/memory-source.ts'
import { device } from '../../support/plan-models.ts'
import { reaches, request, roomOf, served, silent, story } from './story-room.ts'

const phases = { prefillBytesPerSecond: 1e10, readbackMs: 0.5, startMs: 1 }

let model: InspectedModel
beforeAll(async () => {
  const { manifest } = await openGguf(diskSource('tests/fixtures/stories260K.gguf'), 'stories')
  model = { modelId: 'stories', manifest, config: manifest.config }
})

function devices(memoryBytes: readonly number[], rttMs: number | null = 4) {
  return memoryBytes.map((bytes, rank) => ({
    profile: { ...device(rank, bytes, 1e9), phases },
    rttMs: rank === 0 ? null : rttMs,
  }))
}

const profilesOf = (room: readonly FitDevice[]) => room.map(({ profile }) => profile)

describe('a model that fits', () => {
  it('is told with what each device would hold, which is the plan’s own', () => {
    const room = devices([2 ** 24, 2 ** 24])
    const fit = fitRoom(model, room, options)
    const { plan } = planRoom(model, profilesOf(room), 1, options)
    expect(fit).toMatchObject({ fits: true, weights: 'auto', contextLength: 512, offeredBytes: 2 ** 25 })
    expect(fit.fits && fit.devices.map(({ memoryBytes }) => memoryBytes)).toEqual(plan.memoryBytes)
  })

  it('says when it would be held smaller than its file has it', () => {
    const fit = fitRoom(model, devices([500_000, 500_000]), { ...options, contextLength: 64 })
    expect(fit).toMatchObject({ fits: true, weights: 'f16' })
  })

  it('takes the time of the plan, and of one round trip and one readback for each collective', () => {
    const room = devices([2 ** 24, 2 ** 24, 2 ** 24])
    room[2]!.rttMs = 10
    const { plan } = planRoom(model, profilesOf(room), 1, options)
    const fit = fitRoom(model, room, options)
    // Ten sublayers and the head.
    const roundsMs = 11 * (10 + 0.5)
    expect(fit.fits && fit.speed).toEqual({
      known: true,
      computeMs: plan.predictedStepMs,
      roundsMs,
      tokenMs: plan.predictedStepMs + roundsMs,
    })
  })

  it('waits for nobody where the leader is alone', () => {
    const fit = fitRoom(model, devices([2 ** 24]), options)
    expect(fit.fits && fit.speed).toMatchObject({ known: true, roundsMs: 0.5 })
  })

  it.each([
    ['round-trip', null, phases],
    ['readback', 4, null],
  ])('has no known speed while a %s was not measured', (missing, rttMs, measured) => {
    const room = devices([2 ** 24, 2 ** 24], rttMs)
    const [leader, guest] = room
    const unmeasured = { ...guest!, profile: { ...guest!.profile, name: 'Pixel', phases: measured } }
    const fit = fitRoom(model, [leader!, unmeasured], options)
    expect(fit.fits && fit.speed).toMatchObject({ known: false, missing, deviceName: 'Pixel' })
  })
})

test('a model that does not fit is told with what is missing and what would do, each of which does', () => {
  const tooSmall = (memoryBytes: number): number =>
    fitWithin(memoryBytes).fits ? tooSmall(memoryBytes - 20_000) : memoryBytes
  const fitWithin = (memoryBytes: number) => fitRoom(model, devices([memoryBytes, memoryBytes]), options)
  const memoryBytes = tooSmall(1_000_000)
  const tight = devices([memoryBytes, memoryBytes])
  const refused = fitWithin(memoryBytes)
  if (refused.fits) throw new Error('It fits.')
  expect(refused.missingBytes).toBeGreaterThan(0)
  const more = refused.remedies.find((remedy) => remedy.kind === 'more-devices')!
  const joined = [...tight, ...devices(Array<number>(more.count).fill(more.memoryBytes))]
  expect(fitRoom(model, joined, options).fits).toBe(true)
  expect(fitRoom(model, joined.slice(1), options).fits).toBe(false)
})

test('a model is inspected beside an answer, which goes on', async () => {
  const room = roomOf()
  await room.coordinator.loadModel(served.source)
  const answer = room.coordinator.infer(request, silent)
  await reaches(room, 'generating')
  const inspected = await room.engines[0]!.inspectModel({ ...served.source, modelId: 'another' })
  expect(inspected).toMatchObject({ modelId: 'another', config: { layerCount: 5 } })
  expect((await answer).text?.startsWith(story)).toBe(true)
  expect(room.coordinator.model?.modelId).toBe('model')
})
