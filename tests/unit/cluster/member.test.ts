import { beforeEach, expect, test, vi } from 'vitest'
import type { ErrorData } from '../../../src/base/errors.ts'
import { HeadroomError } from '../../../src/base/errors.ts'
import type { LeaderMessage, MemberMessage } from '../../../src/cluster/control-protocol.ts'
import type { LoadReport } from '../../../src/cluster/engine-protocol.ts'
import { Member } from '../../../src/cluster/member.ts'
import type { OwnDevice } from '../../../src/cluster/own-device.ts'
import { computingDevice } from '../../../src/cluster/rank-port.ts'
import { plainProfile } from '../../support/plain-profile.ts'
import { loadOrder, report, startOrder } from './any-orders.ts'

/** An engine whose answers the test gives. */
function heldEngine() {
  const loads: { resolve(value: LoadReport): void; reject(error: unknown): void }[] = []
  const stops: ((error: ErrorData) => void)[] = []
  return {
    loads,
    stops,
    cancel: vi.fn(),
    unload: vi.fn(),
    load: () => new Promise<LoadReport>((resolve, reject) => loads.push({ resolve, reject })),
    start: vi.fn(async (_: unknown, onStopped: (error: ErrorData) => void) => {
      stops.push(onStopped)
    }),
  }
}

let engine: ReturnType<typeof heldEngine>
let sent: MemberMessage[]
let member: Member
beforeEach(() => {
  engine = heldEngine()
  sent = []
  const device = { ...computingDevice(plainProfile), engine, computeOn: silent, stopSurvey: silent }
  member = new Member({
    device: device as unknown as OwnDevice,
    baseUrl: 'http://127.0.0.1/',
    leaderId: 'leader',
    send: (message) => sent.push(message),
  })
})

const load = (epoch: number): LeaderMessage => ({ kind: 'load', ...loadOrder(epoch), executor: 'reference' })
const start = (epoch: number): LeaderMessage => ({ kind: 'start', ...startOrder(epoch) })
const silent = () => undefined
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('loads, starts, and says so', async () => {
  member.receive(load(1))
  expect(member.state.kind).toBe('loading')
  engine.loads[0]!.resolve(report)
  await settled()
  member.receive(start(1))
  await settled()
  expect(sent.map(({ kind }) => kind)).toEqual(['loaded', 'started'])
  expect(member.state.kind).toBe('ready')
})

test('a load that a newer one replaced is nobody’s failure, whatever became of it', async () => {
  member.receive(load(1))
  member.receive(load(2))
  engine.loads[0]!.reject(new HeadroomError('download-failed', 'It broke off.'))
  await settled()
  expect([sent, member.state.kind]).toEqual([[], 'loading'])
})

test('a load that fails is told, in words that fit', async () => {
  member.receive(load(1))
  engine.loads[0]!.reject(new HeadroomError('out-of-memory', 'x'.repeat(9999)))
  await settled()
  expect(sent).toMatchObject([{ kind: 'failed', epoch: 1, error: { code: 'out-of-memory' } }])
  expect(sent[0]).toHaveProperty('error.message.length', 2000)
  expect(member.state.kind).toBe('failed')
})

test('a load that the leader cancelled leaves the lobby', async () => {
  member.receive(load(1))
  member.receive({ kind: 'cancel' })
  expect(engine.cancel).toHaveBeenCalledOnce()
  engine.loads[0]!.reject(new HeadroomError('aborted', 'Stopped.'))
  await settled()
  expect(sent).toMatchObject([{ kind: 'failed', epoch: 1, error: { code: 'aborted' } }])
  expect([member.state.kind, member.shard, member.progress]).toEqual(['lobby', null, null])
})

test('service that ends before the start is answered is a failure, not a start', async () => {
  engine.start.mockImplementationOnce(async (_, onStopped) => {
    onStopped({ code: 'peer-lost', message: 'The lane closed.' })
  })
  member.receive(load(1))
  engine.loads[0]!.resolve(report)
  await settled()
  member.receive(start(1))
  await settled()
  expect(sent.map(({ kind }) => kind)).toEqual(['loaded', 'failed'])
  expect(member.state.kind).toBe('recovering')
})

test('the end of an earlier plan’s service is nobody’s failure', async () => {
  member.receive(load(1))
  engine.loads[0]!.resolve(report)
  await settled()
  member.receive(start(1))
  await settled()
  member.receive(load(2))
  engine.stops[0]!({ code: 'peer-lost', message: 'The lane closed.' })
  expect(member.state.kind).toBe('loading')
  expect(sent.map(({ kind }) => kind)).toEqual(['loaded', 'started'])
})

test('a share that is wanted no more is given back', async () => {
  member.receive(load(1))
  engine.loads[0]!.resolve(report)
  await settled()
  member.receive(start(1))
  await settled()
  member.receive({ kind: 'rest' })
  expect(engine.unload).toHaveBeenCalledOnce()
  expect([member.state.kind, member.shard, member.report]).toEqual(['lobby', null, null])
})
