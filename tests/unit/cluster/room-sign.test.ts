// What a leader tells of its room before it is joined, against the plans that are made of the same devices.
import { expect, test } from 'vitest'
import { expectedShareBytes, parseRoomSign, signOf } from '../../../src/cluster/room-sign.ts'
import { createRoomSecret } from '../../../src/net/room-link.ts'
import { createRoomSeal } from '../../../src/net/room-seal.ts'
import { planShards } from '../../../src/plan/splitter.ts'
import { wholeBytes } from '../../../src/weights/formats.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { diskSource } from '../../support/memory-source.ts'
import { blockFormats, device, smollm2 } from '../../support/plan-models.ts'

const { manifest } = await openGguf(diskSource('tests/fixtures/stories260K.gguf'), 'stories')
type Room = Parameters<typeof signOf>[0]

const room = (modelId: string | null, ...speeds: number[]) =>
  ({
    candidates: speeds.map((speed, index) => ({ profile: device(index, 2 ** 30, speed) })),
    model: modelId === null ? null : { modelId, manifest },
  }) as unknown as Room

test('a sign names who started the room, its model and what carries it, and is understood as it was made', () => {
  const sign = signOf(room('tiny', 2e9, 1e9), 'Laptop, Firefox')
  expect(sign).toEqual({
    startedBy: 'Laptop, Firefox',
    devices: 2,
    weightBytesPerSecond: 3e9,
    model: { name: 'tiny', sizeBytes: wholeBytes(manifest, 'auto') },
  })
  expect(parseRoomSign(JSON.parse(JSON.stringify(sign)))).toEqual(sign)
  expect(signOf(room(null, 2e9), 'Laptop')).toMatchObject({ devices: 1, model: null })
})

test.each([
  ['nothing', null],
  ['other JSON', ['a sign']],
  ['a name that is none', { startedBy: 7, devices: 1, weightBytesPerSecond: 1e9, model: null }],
  ['no devices', { startedBy: 'Laptop', devices: 0, weightBytesPerSecond: 1e9, model: null }],
  ['a speed beyond any device', { startedBy: 'Laptop', devices: 1, weightBytesPerSecond: 1e300, model: null }],
  ['a name without end', { startedBy: 'x'.repeat(81), devices: 1, weightBytesPerSecond: 1e9, model: null }],
])('%s is no sign', (_name, data) => {
  expect(parseRoomSign(data)).toBeNull()
})

test.each([
  ['of characters that take three bytes', '語'.repeat(300)],
  ['of quotes', '"\\'.repeat(150)],
  ['of control characters', '\u0000\u0007'.repeat(150)],
  ['of halves of characters', '\ud83d'.repeat(300)],
])('names %s give a sign that the server takes', async (_name, name) => {
  const sign = signOf(room(name, 2 ** 49, 2 ** 49), name)
  const seal = await createRoomSeal(createRoomSecret())
  expect((await seal.sealSign(sign)).length).toBeLessThanOrEqual(1_024)
  expect(parseRoomSign(sign)).not.toBeNull()
})

test('the share that is expected is the one that a plan gives, but for whole heads', () => {
  const formats = blockFormats(smollm2, 'int8')
  const options = { modelId: 'smollm2', epoch: 1, formats, contextLength: 512 }
  const there = [device(0, 2 ** 31, 3e9), device(1, 2 ** 31, 1e9)]
  for (const speed of [0.5e9, 1e9, 4e9]) {
    const joining = device(2, 2 ** 31, speed)
    const whole = planShards(smollm2, there.slice(0, 1), options).weightBytes[0]!
    const sign = { startedBy: 'x', devices: 2, weightBytesPerSecond: 4e9, model: { name: 'smollm2', sizeBytes: whole } }
    const planned = planShards(smollm2, [...there, joining], options).weightBytes[2]!
    expect(Math.abs(expectedShareBytes(sign, joining)! - planned) / whole).toBeLessThan(0.08)
  }
})

test('a share is expected to be no more than the device offers, half as large on a low battery, and none without a model', () => {
  const sign = { startedBy: 'x', devices: 1, weightBytesPerSecond: 1e9, model: { name: 'm', sizeBytes: 8e8 } }
  const phone = device(1, 2 ** 30, 1e9)
  expect(expectedShareBytes(sign, phone)).toBe(4e8)
  expect(expectedShareBytes(sign, { ...phone, memoryBytes: 1e8 })).toBe(1e8)
  const low = { ...phone, battery: { level: 0.1, charging: false } }
  expect(expectedShareBytes(sign, low)).toBeCloseTo(8e8 / 3)
  expect(expectedShareBytes({ ...sign, model: null }, phone)).toBeNull()
})
