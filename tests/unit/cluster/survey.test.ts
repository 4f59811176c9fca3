// Devices that survey themselves with real engines: in one process, so that WASM really runs and WebGPU is really refused.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { LeaderMessage, MemberMessage } from '../../../src/cluster/control-protocol.ts'
import { parseMemberMessage } from '../../../src/cluster/control-protocol.ts'
import { createEngine } from '../../../src/cluster/engine-host.ts'
import { Member } from '../../../src/cluster/member.ts'
import { OwnDevice, type SurveyMeans } from '../../../src/cluster/own-device.ts'
import { type RemoteRank, remoteRank } from '../../../src/cluster/remote-rank.ts'
import type { SurveyEngine } from '../../../src/cluster/survey.ts'
import { SurveyTurns } from '../../../src/cluster/survey-turns.ts'
import { MobileDeviceCapabilityAssessor } from '../../../src/device/capability-assessor.ts'
import { recallSpeeds, rememberSpeeds } from '../../../src/device/speed-memory.ts'
import type { DeviceProfile, ExecutorKind, ExecutorSpeed } from '../../../src/plan/device-profile.ts'
import { engineRoom, serveModelAt } from '../../support/engine-room.ts'
import { idleExecutor } from '../../support/idle-executor.ts'
import { memorySpeedStorage } from '../../support/memory-speed-storage.ts'

const userAgent = 'Mozilla/5.0 Chrome/140.0'

beforeAll(() => vi.stubGlobal('navigator', { hardwareConcurrency: 2, userAgent }))
afterAll(() => vi.unstubAllGlobals())
afterEach(() => void vi.useRealTimers())

const plainProfile: DeviceProfile = {
  deviceId: 'phone',
  name: 'Phone',
  executor: 'reference',
  weightBytesPerSecond: 1e8,
  phases: { prefillBytesPerSecond: 2e8, readbackMs: 0.1 },
  memoryBytes: 2 ** 30,
  cores: 2,
  threads: 1,
  battery: null,
  backend: 'TypeScript, float32',
  otherExecutors: [],
}

function deviceWith(means: Partial<SurveyMeans> = {}, profile: Partial<DeviceProfile> = {}) {
  const storage = memorySpeedStorage()
  const engine = { ...createEngine(), addChannel: () => undefined }
  const device = new OwnDevice(
    engine,
    { ...plainProfile, ...profile },
    {
      startEngine: createEngine,
      storage,
      userAgent,
      ...means,
    },
  )
  return { device, storage }
}

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
  phases: { prefillBytesPerSecond: expect.any(Number), readbackMs: expect.any(Number) },
  why: null,
}
const refusedWebgpu = {
  executor: 'webgpu',
  weightBytesPerSecond: null,
  phases: null,
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
    const { storage } = deviceWith({}, { executor: 'wasm' })
    expect(recallSpeeds(storage, userAgent)?.speeds).toEqual([
      { executor: 'wasm', weightBytesPerSecond: 1e8, phases: plainProfile.phases, why: null },
    ])
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

test('a favourite that was too late at joining is measured by the survey, and leads again from the visit after', async () => {
  const [cpu, gpu] = [5, 7].map((bytes) => ({
    weightBytesPerSecond: bytes,
    phases: { prefillBytesPerSecond: bytes, readbackMs: 0.1 },
    why: null,
  }))
  const storage = memorySpeedStorage()
  const known: ExecutorSpeed[] = [
    { executor: 'wasm', ...cpu! },
    { executor: 'webgpu', ...gpu! },
  ]
  rememberSpeeds(storage, userAgent, { threads: 1, speeds: known })
  const visit = async (createMs: number, engine: SurveyEngine) => {
    const asked: ExecutorKind[] = []
    const factoryOf = async (kind: ExecutorKind) => {
      asked.push(kind)
      return idleExecutor(kind, kind === 'webgpu' ? createMs : 0)
    }
    const remembered = recallSpeeds(storage, userAgent)
    const { deviceId, name, memoryBytes, battery } = plainProfile
    const request = {
      deviceId,
      name,
      memoryBytes,
      battery,
      executor: 'auto',
      threads: 1,
      remembered,
      factoryOf,
    } as const
    const profile = await new MobileDeviceCapabilityAssessor().assess(request)
    return { ...deviceWith({ storage, startEngine: () => engine }, profile), asked }
  }

  const first = await visit(15_000, stuckEngine())
  expect(first.asked).toEqual(['webgpu', 'wasm'])
  expect(first.device.profile).toMatchObject({
    executor: 'wasm',
    otherExecutors: [{ executor: 'webgpu', ...gpu, why: expect.any(String) }],
  })
  expect(first.device.surveyed).toBe(false)

  const figures = { weightBytesPerSecond: 2e18, phases: { prefillBytesPerSecond: 2e18, readbackMs: 0 } }
  const second = await visit(15_000, { measure: async () => figures, close: () => undefined })
  expect(second.asked).toEqual(['wasm'])
  expect(second.device.surveyed).toBe(false)
  await second.device.survey()
  expect(second.device.surveyed).toBe(true)
  expect(second.device.profile.otherExecutors).toEqual([{ executor: 'webgpu', ...figures, why: null }])

  const third = await visit(0, stuckEngine())
  expect(third.asked).toEqual(['webgpu'])
  expect(third.device.profile.executor).toBe('webgpu')
})

/** A guest and the leader's hold on it, joined by messages that are copied as on the wire. */
function joined(guest: OwnDevice): { rank: RemoteRank; orders: string[] } {
  const orders: string[] = []
  const post = (deliver: () => void) => void setTimeout(deliver)
  const toLeader = (message: MemberMessage) => {
    const copy = parseMemberMessage(structuredClone(message))
    post(() => rank.receive(copy))
  }
  const member = new Member({ device: guest, baseUrl: 'http://localhost/', leaderId: 'leader', send: toLeader })
  const toGuest = (message: LeaderMessage) => {
    orders.push(message.kind)
    const copy = structuredClone(message)
    post(() => member.receive(copy))
  }
  const rank = remoteRank(guest.profile, toGuest)
  return { rank, orders }
}

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
    await vi.waitUntil(() => orders.length === 1)
    rank.stopSurvey()
    await turn
    await vi.waitUntil(() => stuck.closed === 1)
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
      await vi.waitUntil(() => own.surveyed && rank.surveyed, { timeout: 30_000 })
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
