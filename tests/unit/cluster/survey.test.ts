// Devices that survey themselves, alone and in a room.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEngine } from '../../../src/cluster/engine-host.ts'
import { remoteRank } from '../../../src/cluster/remote-rank.ts'
import type { SurveyEngine } from '../../../src/cluster/survey.ts'
import { SurveyTurns } from '../../../src/cluster/survey-turns.ts'
import { recallSpeeds } from '../../../src/device/speed-memory.ts'
import type { ExecutorSpeed } from '../../../src/plan/device-profile.ts'
import { engineRoom, serveModelAt } from '../../support/engine-room.ts'
import { measuredSpeed, measuredUse, plainProfile } from '../../support/plain-profile.ts'
import { deviceWith, joined, userAgent } from '../../support/surveyed-device.ts'

beforeAll(() => vi.stubGlobal('navigator', { hardwareConcurrency: 2, userAgent }))
afterAll(() => vi.unstubAllGlobals())
afterEach(() => void vi.useRealTimers())

/** Never done; `closed` counts how often it was ended. */
function stuckEngine(figure?: number) {
  const engine = {
    closed: 0,
    measure(_: unknown, onFigure: (figure: number) => void) {
      if (figure !== undefined) onFigure(figure)
      return new Promise<never>(() => undefined)
    },
    close() {
      engine.closed++
    },
  }
  return engine satisfies SurveyEngine & { closed: number }
}

const measuredWasm = {
  executor: 'wasm',
  weightBytesPerSecond: expect.any(Number),
  phases: {
    prefillBytesPerSecond: expect.any(Number),
    readbackMs: expect.any(Number),
    startMs: expect.any(Number),
  },
  backend: expect.any(String),
  why: null,
}
const refusedWebgpu = {
  executor: 'webgpu',
  weightBytesPerSecond: null,
  phases: null,
  backend: null,
  why: expect.stringContaining('WebGPU'),
}

describe('a device', () => {
  test('measures what it does not use, says why something does not run, and remembers both', async () => {
    const { device, storage } = deviceWith()
    let changes = 0
    device.on('change', () => changes++)
    expect(device.surveyed).toBe(false)
    await device.survey()
    expect(device.surveyed).toBe(true)
    expect(changes).toBe(2)
    expect(device.profile).toEqual({ ...plainProfile, otherExecutors: [measuredWasm, refusedWebgpu] })
    expect(device.profile.otherExecutors[0]!.weightBytesPerSecond).toBeGreaterThan(1e7)
    expect(recallSpeeds(storage, userAgent)).toEqual({ threads: 1, speeds: device.profile.otherExecutors })
  })

  test('takes over what another tab of its browser has measured meanwhile', async () => {
    const first = deviceWith()
    await first.device.survey()
    const { storage } = first
    const startEngine = vi.fn(createEngine)
    const { device } = deviceWith({ storage, startEngine })
    await device.survey()
    expect(device.profile.otherExecutors).toEqual(first.device.profile.otherExecutors)
    expect(startEngine).not.toHaveBeenCalled()
  })

  test('remembers the speed of the executor in use from its joining on', () => {
    const { storage } = deviceWith({}, measuredUse('wasm', 1e8))
    expect(recallSpeeds(storage, userAgent)?.speeds).toEqual([measuredSpeed('wasm', 1e8)])
  })

  test('throws a stopped measurement away, ends its engine and measures again at the next turn', async () => {
    const stuck = stuckEngine(5e8)
    const engines: SurveyEngine[] = [stuck]
    const { device, storage } = deviceWith({ startEngine: () => engines.shift() ?? createEngine() })
    const turn = device.survey()
    expect(device.survey()).toBe(turn)
    device.stopSurvey()
    await turn
    expect(stuck.closed).toBe(1)
    expect(device.profile.otherExecutors).toEqual([])
    expect(recallSpeeds(storage, userAgent)?.speeds).toEqual([])
    await device.survey()
    expect(device.profile.otherExecutors).toEqual([measuredWasm, refusedWebgpu])
  })

  test.each([
    { figure: 3e6, expected: 3e6 },
    { figure: undefined, expected: null },
  ])('gives an executor ten seconds: what it had by then is $expected', async ({ figure, expected }) => {
    vi.useFakeTimers()
    const stuck = stuckEngine(figure)
    const { device, storage } = deviceWith({ startEngine: () => stuck }, { executor: 'wasm' })
    const turn = device.survey()
    await vi.advanceTimersByTimeAsync(9999)
    expect(stuck.closed).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    await turn
    const slow: ExecutorSpeed = {
      executor: 'webgpu',
      weightBytesPerSecond: expected,
      phases: null,
      backend: null,
      why: expect.stringContaining('Too slow to be useful'),
    }
    expect(stuck.closed).toBe(1)
    expect(device.profile.otherExecutors).toEqual([slow])
    expect(recallSpeeds(storage, userAgent)?.speeds).toContainEqual(slow)
  })

  test('does not remember what may go well another time', async () => {
    const offline: SurveyEngine = {
      measure: () => Promise.reject(new Error('Failed to fetch dynamically imported module')),
      close: () => undefined,
    }
    const { device, storage } = deviceWith({ startEngine: () => offline }, { executor: 'wasm' })
    await device.survey()
    expect(device.profile.otherExecutors).toMatchObject([{ executor: 'webgpu', weightBytesPerSecond: null }])
    expect(recallSpeeds(storage, userAgent)?.speeds.map(({ executor }) => executor)).toEqual(['wasm'])
  })
})

describe('a guest', () => {
  test('surveys itself at its leader’s word, and the leader learns what it found', async () => {
    const { device } = deviceWith()
    const { rank, orders } = joined(device)
    expect(rank.surveyed).toBe(false)
    await rank.survey()
    expect(orders).toEqual(['survey'])
    expect(rank.surveyed).toBe(true)
    expect(rank.profile).toEqual(device.profile)
  })

  test('stops at its leader’s word, and the turn is over at once', async () => {
    const stuck = stuckEngine()
    const { device } = deviceWith({ startEngine: () => stuck })
    const { rank, orders } = joined(device)
    const turn = rank.survey()
    await expect.poll(() => orders).toEqual(['survey'])
    rank.stopSurvey()
    await turn
    await expect.poll(() => stuck.closed).toBe(1)
    expect(orders).toEqual(['survey', 'survey-stop'])
    expect(rank.profile.otherExecutors).toEqual([])
  })

  test('whose page is frozen loses its turn after thirty seconds', async () => {
    vi.useFakeTimers()
    const orders: string[] = []
    const rank = remoteRank(plainProfile, ({ kind }) => orders.push(kind))
    const turn = rank.survey()
    await vi.advanceTimersByTimeAsync(29_999)
    expect(orders).toEqual(['survey'])
    await vi.advanceTimersByTimeAsync(1)
    await turn
    expect(orders).toEqual(['survey', 'survey-stop'])
  })

  test('that is out of reach or leaves holds up nobody', async () => {
    const unreachable = remoteRank(plainProfile, () => {
      throw new Error('Nothing was sent.')
    })
    await unreachable.survey()
    const leaving = remoteRank(plainProfile, () => undefined)
    const turn = leaving.survey()
    leaving.lost({ code: 'peer-lost', message: 'Gone.' })
    await turn
  })
})

describe('a room', () => {
  const golden = ', there was a little girl named Lily. She loved to play outside in the park.'

  test('answers rightly in the middle of a survey, which is thrown away and done later, one device at a time', async () => {
    const served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
    const room = engineRoom(served.baseUrl, [2, 1], { weights: 'f32' })
    let measuring = 0
    let most = 0
    let ended = 0
    let onFirstFigure: () => void = () => undefined
    const underWay = new Promise<void>((resolve) => {
      onFirstFigure = resolve
    })
    const startEngine = (): SurveyEngine => {
      const engine = createEngine()
      most = Math.max(most, ++measuring)
      return {
        measure: (request, onFigure) =>
          engine.measure(request, (figure) => {
            onFirstFigure()
            onFigure(figure)
          }),
        close() {
          measuring--
          ended++
          engine.close()
        },
      }
    }
    const own = deviceWith({ startEngine }, { deviceId: 'device-0' }).device
    const guest = deviceWith({ startEngine }, { deviceId: 'device-1' }).device
    const { rank } = joined(guest)
    const turns = new SurveyTurns(() => [own, rank], 50)
    const update = () => turns.update(['loading', 'generating', 'recovering'].includes(room.coordinator.state.kind))
    room.coordinator.on('change', update)
    try {
      await room.coordinator.loadModel(served.source)
      expect(measuring + ended).toBe(0)
      await underWay
      expect(measuring).toBe(1)
      const { text } = await room.infer({ input: { text: 'Once upon a time' }, maxTokens: 32 })
      expect(text?.startsWith(golden)).toBe(true)
      expect(measuring).toBe(0)
      expect(ended).toBe(1)
      expect(own.profile.otherExecutors).toEqual([])
      await expect.poll(() => own.surveyed && rank.surveyed).toBe(true)
      expect(own.profile.otherExecutors).toEqual([measuredWasm, refusedWebgpu])
      expect(rank.profile.otherExecutors).toEqual([measuredWasm, refusedWebgpu])
      expect(most).toBe(1)
    } finally {
      turns.close()
      room.close()
      await served.close()
    }
  })
})
