// A GPU that is taken away ends nothing. There is none in Node: the reference executor stands in, and throws what a lost GPU's throws.
// tests/e2e/lost-gpu.test.ts takes real devices away.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import type { LoadReport, LoadRequest } from '../../../src/cluster/engine-protocol.ts'
import { createGpuTrust } from '../../../src/cluster/gpu-trust.ts'
import type { AnswerPiece } from '../../../src/cluster/token-record.ts'
import { referenceExecutor } from '../../../src/compute/reference/reference-executor.ts'
import type { ExecutorKind } from '../../../src/plan/device-profile.ts'
import { changeExecutors } from '../../support/changed-executors.ts'
import { type EngineRoom, engineRoom, type ServedModel, serveModelAt } from '../../support/engine-room.ts'
import { type JoiningGuest, newGuest } from '../../support/joining-guest.ts'

const request = {
  input: { text: 'Once upon a time' },
  maxTokens: 24,
  ignoreEos: true,
  sampling: {},
  dump: false,
} as const
const lostError = () => new HeadroomError('device-lost', 'The GPU was taken away.')

let served: ServedModel
beforeAll(async () => {
  served = await serveModelAt('tests/fixtures/stories260K.gguf', ['stories260K.gguf'])
})
afterAll(() => served.close())

const opened: (EngineRoom | JoiningGuest)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const one of opened.splice(0)) 'close' in one ? one.close() : one.engine.close()
})

function roomOf(guests: number): { room: EngineRoom; guests: JoiningGuest[] } {
  const room = engineRoom(served.baseUrl, [1], { weights: 'f32', shares: null })
  const joining = Array.from({ length: guests }, (_, index) => newGuest(room, served.baseUrl, `guest-${index}`))
  opened.push(room, ...joining)
  for (const guest of joining) guest.join()
  return { room, guests: joining }
}

/** Executors as they are made; `lose` takes the GPU of a rank's newest away, `loseAll` also that of those which come. */
function watchExecutors() {
  const made: { rank: number; isLost: boolean }[] = []
  const doomed = new Set<number>()
  changeExecutors(referenceExecutor, (executor, { shard: { rank } }) => {
    const own = { rank, isLost: doomed.has(rank) }
    made.push(own)
    const partial = executor.partial.bind(executor)
    executor.partial = async (...step) => {
      if (own.isLost) throw lostError()
      return partial(...step)
    }
  })
  const lose = (rank: number) => {
    made.findLast((one) => one.rank === rank)!.isLost = true
  }
  return {
    made,
    lose,
    loseAll(rank: number) {
      lose(rank)
      doomed.add(rank)
    },
  }
}

async function undisturbed(sampling = {}): Promise<{ tokens: number[]; text: string | null }> {
  const { room } = roomOf(0)
  await room.coordinator.loadModel(served.source)
  return room.coordinator.infer({ ...request, sampling }, () => undefined)
}

test.each([
  { who: 'a member', rank: 1, sampling: {} },
  { who: 'the leader', rank: 0, sampling: {} },
  { who: 'a member, while tokens are drawn by chance', rank: 1, sampling: { temperature: 0.8, topP: 0.9, seed: 5 } },
])(
  'an answer goes on word for word when $who loses its GPU: only that rank loads again, under a new epoch',
  async ({ rank, sampling }) => {
    const expected = await undisturbed(sampling)
    const { room } = roomOf(2)
    const watched = watchExecutors()
    const { epoch, deviceIds } = await room.coordinator.loadModel(served.source)
    const sentBytes = served.sentBytes()
    let text = ''
    const states = new Set<string>()
    room.coordinator.on('change', () => states.add(room.coordinator.state.kind))
    const result = await room.coordinator.infer({ ...request, sampling }, ({ text: piece }) => {
      text += piece
      if (text.length > 30 && watched.made.length === 3) watched.lose(rank)
    })
    expect(result.tokens).toEqual(expected.tokens)
    expect([result.text, text]).toEqual([expected.text, expected.text])
    expect(result.stopReason).toBe('length')
    expect(result.timings.stepMs).toHaveLength(23)
    expect(room.coordinator.plan).toMatchObject({ epoch: epoch + 1, deviceIds })
    expect(watched.made.map((one) => one.rank).slice(3)).toEqual([rank])
    expect(served.sentBytes()).toBeGreaterThan(sentBytes)
    expect([...states]).toEqual(['generating', 'recovering', 'ready'])
    expect(room.coordinator.status(deviceIds[rank]!).error).toBeNull()
  },
)

test('a second loss in the same answer is survived too, and one that never ends is left out', async () => {
  const expected = await undisturbed()
  const { room } = roomOf(1)
  const watched = watchExecutors()
  await room.coordinator.loadModel(served.source)
  let pieces = 0
  const answer = room.coordinator.infer(request, () => {
    if (++pieces === 5 || pieces === 15) watched.lose(1)
  })
  expect((await answer).tokens).toEqual(expected.tokens)
  watched.loseAll(1)
  await expect(room.coordinator.infer(request, () => undefined)).rejects.toMatchObject({ code: 'device-lost' })
  expect((await room.coordinator.infer(request, () => undefined)).tokens).toEqual(expected.tokens)
  expect(room.coordinator.plan?.deviceIds).toEqual(['device-0'])
})

test('Stop, pressed while the room recovers, brings what there is', async () => {
  const { room } = roomOf(1)
  const watched = watchExecutors()
  await room.coordinator.loadModel(served.source)
  const pressed = new AbortController()
  room.coordinator.on('change', () => {
    if (room.coordinator.state.kind === 'recovering') pressed.abort()
  })
  let text = ''
  const onPiece = ({ text: piece }: AnswerPiece) => {
    text += piece
    if (text.length > 20 && watched.made.length === 2) watched.lose(1)
  }
  const result = await room.coordinator.infer(request, onPiece, pressed.signal)
  expect(result.stopReason).toBe('aborted')
  expect(result.text).toBe(text)
  expect(room.coordinator.state.kind).toBe('ready')
})

test.each(['device-lost', 'kernels-stopped'] as const)(
  '%s between answers costs none: the device loads its share again',
  async (code) => {
    const expected = await undisturbed()
    const { room, guests } = roomOf(1)
    await room.coordinator.loadModel(served.source)
    guests[0]!.port.onFailed?.({ code, message: 'It is gone.' })
    expect((await room.coordinator.infer(request, () => undefined)).tokens).toEqual(expected.tokens)
    expect(room.coordinator.plan).toMatchObject({ epoch: 2, deviceIds: ['device-0', 'guest-0'] })
  },
)

/** What the device turns to is measured. */
const measured = { weightBytesPerSecond: 2e9, phases: null, backend: 'a double' }
const trustOf = (now?: () => number) => createGpuTrust(async ({ executor }) => ({ executor, ...measured }), now)

const report = { executor: 'webgpu', notices: [] } as unknown as LoadReport
const gpuRequest = { executor: 'webgpu' } as LoadRequest

/** What a load that fails with these errors, one after the other, asked for. */
async function kindsAsked(trust: ReturnType<typeof createGpuTrust>, ...errors: (HeadroomError | null)[]) {
  const kinds: ExecutorKind[] = []
  const loaded = await trust.load(gpuRequest, async ({ executor }) => {
    kinds.push(executor)
    const error = errors[kinds.length - 1]
    if (error) throw error
    return { report: { ...report, executor } }
  })
  const { notices, turnedTo } = loaded.report
  return { kinds, notices: notices.map(({ code }) => code), turnedTo }
}

test.each([
  { when: 'lost while it loads', before: 0, errors: [lostError()], kinds: ['webgpu', 'webgpu'] },
  {
    when: 'lost twice while it loads',
    before: 0,
    errors: [lostError(), lostError()],
    kinds: ['webgpu', 'webgpu', 'wasm'],
  },
  { when: 'lost in a step', before: 1, errors: [], kinds: ['webgpu'] },
  {
    when: 'lost in a step and then gone',
    before: 1,
    errors: [new HeadroomError('no-executor', 'None.')],
    kinds: ['webgpu', 'wasm'],
  },
  { when: 'lost in two steps', before: 2, errors: [], kinds: ['wasm'] },
])(
  'a GPU that was $when is asked for as $kinds, and WASM is measured and told of',
  async ({ before, errors, kinds }) => {
    const trust = trustOf()
    for (let loss = 0; loss < before; loss++) trust.lost()
    const asked = await kindsAsked(trust, ...errors)
    const why = expect.stringContaining('GPU was taken away')
    const turned = { notices: ['device-lost'], turnedTo: { executor: 'wasm', ...measured, why } }
    expect(asked).toEqual({ kinds, ...(kinds.includes('wasm') ? turned : { notices: [], turnedTo: undefined }) })
  },
)

test('losses more than a minute apart are each other no matter', async () => {
  let now = 0
  const trust = trustOf(() => now)
  trust.lost()
  now = 61_000
  trust.lost()
  expect((await kindsAsked(trust)).kinds).toEqual(['webgpu'])
})

test('what is no loss is thrown as it is', async () => {
  const full = new HeadroomError('out-of-memory', 'Full.')
  await expect(kindsAsked(trustOf(), full)).rejects.toBe(full)
  const none = new HeadroomError('no-executor', 'None.')
  await expect(kindsAsked(trustOf(), none)).rejects.toBe(none)
})
