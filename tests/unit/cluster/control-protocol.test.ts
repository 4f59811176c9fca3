import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeadroomError } from '../../../src/base/errors.ts'
import {
  fitting,
  type LeaderMessage,
  type MemberMessage,
  parseLeaderMessage,
  parseMemberMessage,
  protocolVersion,
} from '../../../src/cluster/control-protocol.ts'
import { plainProfile } from '../../support/plain-profile.ts'

fc.configureGlobal({ seed: 1 })

const shard = {
  rank: 1,
  worldSize: 2,
  epoch: 4,
  contextLength: 512,
  vocabulary: { start: 0, end: 5 },
  sublayers: [
    {
      kind: 'attention' as const,
      layer: 0,
      hold: 'split' as const,
      queryHeads: { start: 0, end: 2 },
      kvHeads: { start: 0, end: 1 },
    },
    { kind: 'feedForward' as const, layer: 0, hold: 'split' as const, ffn: { start: 0, end: 32 } },
  ],
}
const profile = { ...plainProfile, deviceId: 'guest' }
const report = {
  executor: 'wasm' as const,
  weights: 'native:Q4_1',
  weightBytes: 10,
  downloadedBytes: 10,
  peakMemoryBytes: 20,
  notices: [{ code: 'storage-full' as const, message: 'The disk is full.' }],
}
const start = {
  kind: 'start' as const,
  shard,
  deviceIds: ['leader', 'guest'],
  vocabulary: [{ start: 0, end: 5 }],
  wire: 'f16' as const,
}

const fromLeader: LeaderMessage[] = [
  { kind: 'welcome', version: protocolVersion },
  { kind: 'welcome', version: protocolVersion, name: 'Firefox on Linux' },
  { kind: 'named', name: 'Firefox on Linux (2)' },
  { kind: 'load', modelName: 'model', manifest: { any: 'thing' }, shard, weights: 'auto', executor: 'wasm' },
  start,
  { kind: 'room', state: { kind: 'generating', modelId: 'model' }, answers: true },
  {
    kind: 'room',
    state: { kind: 'failed', error: { code: 'plan-impossible', message: 'Too large.' } },
    answers: false,
  },
  { kind: 'rest' },
  { kind: 'room', state: { kind: 'loading', modelId: 'model', paused: true }, answers: false },
  { kind: 'hold-load', held: true },
  { kind: 'cancel' },
  { kind: 'removed' },
  { kind: 'ended' },
]
const fromMember: MemberMessage[] = [
  { kind: 'hello', version: protocolVersion, name: 'Guest', profile, paused: false },
  { kind: 'hello', version: protocolVersion, name: 'Guest', profile: null, paused: false },
  { kind: 'pause', paused: true },
  { kind: 'progress', epoch: 4, progress: { loadedBytes: 1, totalBytes: 2, downloadedBytes: 1 } },
  {
    kind: 'progress',
    epoch: 4,
    progress: { loadedBytes: 2, totalBytes: 2, downloadedBytes: 1, kernels: { ready: 3, all: 17 } },
  },
  { kind: 'loaded', epoch: 4, report },
  { kind: 'started', epoch: 4 },
  { kind: 'failed', epoch: 4, error: { code: 'out-of-memory', message: 'Too large.' } },
  { kind: 'leaving' },
]

test.each(fromLeader)('the leader’s $kind comes through JSON as it was', (message) => {
  expect(parseLeaderMessage(JSON.parse(JSON.stringify(message)))).toEqual(message)
})

test.each(fromMember)('a device’s $kind comes through JSON as it was', (message) => {
  expect(parseMemberMessage(JSON.parse(JSON.stringify(message)))).toEqual(message)
})

test('any JSON is a message or refused in a few words', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ kind: fc.constantFrom('load', 'start', 'hello', 'loaded') })),
      (data) => {
        for (const parse of [parseLeaderMessage, parseMemberMessage]) {
          try {
            parse(data)
          } catch (error) {
            expect(error).toBeInstanceOf(HeadroomError)
            expect(error).toMatchObject({ code: 'bad-message' })
            expect((error as Error).message.length).toBeLessThan(500)
          }
        }
      },
    ),
  )
})

test('a message of a million errors is refused at its first', () => {
  const deviceIds = new Array(1_000_000).fill(7)
  expect(() => parseLeaderMessage({ ...start, deviceIds })).toThrow(/^.{0,200}\(deviceIds\.0: [^;]{0,100}$/)
})

const hello = (change: object) => ({
  kind: 'hello',
  version: protocolVersion,
  name: 'Guest',
  profile: { ...profile, ...change },
  paused: false,
})
const loaded = (change: object) => ({ kind: 'loaded', epoch: 4, report: { ...report, ...change } })

test.each([
  ['a speed that cannot be added up', hello({ weightBytesPerSecond: 1e308 })],
  ['no speed', hello({ weightBytesPerSecond: 0 })],
  ['a memory without end', hello({ memoryBytes: 1e300 })],
  ['a device id that is no id', hello({ deviceId: '<b>' })],
  ['a name of a thousand letters', hello({ name: 'x'.repeat(1000) })],
  ['a battery above full', hello({ battery: { level: 2, charging: false } })],
  ['an executor that there is not', hello({ executor: 'quantum' })],
  ['notices without end', loaded({ notices: new Array(21).fill(report.notices[0]) })],
  ['bytes below zero', loaded({ weightBytes: -1 })],
  ['half an epoch', { kind: 'started', epoch: 0.5 }],
  ['words of a megabyte', { kind: 'failed', epoch: 4, error: { code: 'internal', message: 'x'.repeat(1e6) } }],
])('refuses %s', (_, message) => {
  expect(() => parseMemberMessage(message)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})

test.each([
  ['more devices than there are ranks', { ...start, deviceIds: new Array(257).fill('a') }],
  ['a rank of no world', { ...start, shard: { ...shard, worldSize: 0 } }],
  ['sublayers without end', { ...start, shard: { ...shard, sublayers: new Array(2001).fill(shard.sublayers[0]) } }],
  ['a range backwards', { ...start, vocabulary: [{ start: 5, end: 0 }] }],
  ['a wire that there is not', { ...start, wire: 'string' }],
])('a device refuses %s', (_, message) => {
  expect(() => parseLeaderMessage(message)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})

test('an error of any length fits once it was cut', () => {
  const error = fitting({ code: 'internal', message: 'x'.repeat(5000) })
  expect(parseMemberMessage({ kind: 'failed', epoch: 4, error })).toMatchObject({ error: { code: 'internal' } })
})
