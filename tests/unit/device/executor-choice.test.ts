import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  COLLECTIVE_BYTES,
  chooseExecutor,
  type MeasuredExecutor,
  reconsidered,
  turnCost,
} from '../../../src/device/executor-choice.ts'
import { computingOn } from '../../../src/plan/device-profile.ts'
import { measuredSpeed, measuredUse, plainProfile } from '../../support/plain-profile.ts'

const speed = fc.double({ min: 1e6, max: 1e12, noNaN: true })
const milliseconds = fc.double({ min: 0, max: 50, noNaN: true })
const measured = (executor: MeasuredExecutor['executor']): fc.Arbitrary<MeasuredExecutor> =>
  fc.record({
    executor: fc.constant(executor),
    weightBytesPerSecond: speed,
    phases: fc.record({ prefillBytesPerSecond: speed, readbackMs: milliseconds, startMs: milliseconds }),
  })

test('nothing measured leaves nothing to choose', () => {
  expect(chooseExecutor([])).toBeNull()
})

test('an executor that is the fastest in both phases is chosen for both', () => {
  const pairs = fc.tuple(measured('wasm'), measured('webgpu'))
  const check = ([wasm, webgpu]: [MeasuredExecutor, MeasuredExecutor]) => {
    const choice = chooseExecutor([wasm, webgpu])!
    if (choice.decode === choice.prefill) expect(choice.both).toBe(choice.decode)
  }
  fc.assert(fc.property(pairs, check), { seed: 1 })
})

test('where the phases disagree the one that ends a turn sooner is chosen, whatever the order', () => {
  const pairs = fc.tuple(measured('wasm'), measured('webgpu'))
  const check = ([wasm, webgpu]: [MeasuredExecutor, MeasuredExecutor]) => {
    const sooner = turnCost(webgpu) < turnCost(wasm) ? 'webgpu' : 'wasm'
    fc.pre(turnCost(webgpu) !== turnCost(wasm))
    for (const order of [
      [wasm, webgpu],
      [webgpu, wasm],
    ])
      expect(chooseExecutor(order)?.both).toBe(sooner)
  }
  fc.assert(fc.property(pairs, check), { seed: 2 })
})

const webgpu = (weightBytesPerSecond: number, prefillBytesPerSecond: number, readbackMs = 0): MeasuredExecutor => ({
  executor: 'webgpu',
  weightBytesPerSecond,
  phases: { prefillBytesPerSecond, readbackMs, startMs: 0 },
})
const wasm = (weightBytesPerSecond: number, prefillBytesPerSecond: number): MeasuredExecutor => ({
  ...webgpu(weightBytesPerSecond, prefillBytesPerSecond),
  executor: 'wasm',
})

test('a turn counts its question by the prefill and its answer by the decode', () => {
  expect(chooseExecutor([webgpu(4e9, 90e9), wasm(5e9, 20e9)])).toMatchObject({
    prefill: 'webgpu',
    decode: 'wasm',
    both: 'wasm',
  })
  expect(chooseExecutor([webgpu(4e9, 90e9), wasm(5e9, 10e9)])).toMatchObject({ both: 'webgpu' })
})

test('a room waits for a readback in every collective, so who reads back slowly writes slowly', () => {
  const [fast, slow] = [wasm(10e9, 20e9), webgpu(20e9, 200e9, 1)]
  expect(chooseExecutor([fast, webgpu(20e9, 200e9)])).toMatchObject({ decode: 'webgpu', both: 'webgpu' })
  expect(chooseExecutor([fast, slow])).toMatchObject({ prefill: 'webgpu', decode: 'wasm' })
  expect(turnCost(fast, slow) - turnCost(fast, webgpu(20e9, 200e9))).toBeCloseTo((128 * 0.001) / COLLECTIVE_BYTES, 12)
})

test('each phase gets its own executor where a turn is a tenth shorter for it', () => {
  // Of each byte 128 / 40e9 + 128 / 16e9 seconds on the CPU alone; the GPU reads in no time at 1e15.
  expect(chooseExecutor([webgpu(2e9, 1e15), wasm(16e9, 40e9)])?.pair).toMatchObject({
    prefill: 'webgpu',
    decode: 'wasm',
  })
  expect(chooseExecutor([webgpu(2e9, 50e9), wasm(16e9, 40e9)])?.pair).toBeNull()
  expect(chooseExecutor([webgpu(2e9, 1e15), wasm(16e9, 200e9)])?.pair).toBeNull()
})

test('with a pair no turn takes longer than on the better of the two, whatever was measured', () => {
  const check = (executors: [MeasuredExecutor, MeasuredExecutor]) => {
    const { prefill, decode, both, pair } = chooseExecutor(executors)!
    const find = (kind: string) => executors.find(({ executor }) => executor === kind)!
    if (pair) expect(turnCost(find(pair.prefill), find(pair.decode))).toBeLessThan(turnCost(find(both)))
    if (prefill === decode) expect(pair).toBeNull()
  }
  fc.assert(fc.property(fc.tuple(measured('wasm'), measured('webgpu')), check), { seed: 3 })
})

test('as many tokens as one executor reads while the other makes a single step are a prompt', () => {
  expect(chooseExecutor([webgpu(2e9, 400e9), wasm(16e9, 40e9)])?.pair?.promptTokens).toBe(20)
  expect(chooseExecutor([webgpu(15e9, 400e9), wasm(30e9, 17e9)])?.pair?.promptTokens).toBe(2)
})

describe('a device that is reconsidered', () => {
  const [cpu, gpu] = [
    measuredUse('wasm', 16e9, { prefillBytesPerSecond: 40e9 }),
    measuredSpeed('webgpu', 2e9, { prefillBytesPerSecond: 1e15 }),
  ]
  const device = { ...plainProfile, ...cpu, otherExecutors: [gpu] }

  test('gets the pair, or the better of both in whose place its own is known', () => {
    const pair = { prefill: 'webgpu', decode: 'wasm', promptTokens: 20 }
    expect(reconsidered(device)).toMatchObject({ executor: 'wasm', pair, otherExecutors: [gpu] })
    const faster = measuredSpeed('webgpu', 90e9)
    const onGpu = reconsidered({ ...device, otherExecutors: [faster] })
    expect(onGpu).toMatchObject({ executor: 'webgpu', weightBytesPerSecond: 90e9, backend: 'webgpu' })
    expect(onGpu.otherExecutors).toEqual([{ ...cpu, why: null }])
    expect(onGpu).not.toHaveProperty('pair')
    expect(reconsidered(onGpu)).toEqual(onGpu)
  })

  test('loses the pair when one of it is found slow', () => {
    const slow = measuredSpeed('webgpu', 2e9)
    expect(reconsidered({ ...reconsidered(device), otherExecutors: [slow] })).toEqual({
      ...device,
      otherExecutors: [slow],
    })
  })

  test('stays where it was told to be, and away from what is in doubt or failed', () => {
    const forced = { ...device, forced: true } as const
    expect(reconsidered(forced)).toBe(forced)
    const doubtful = { ...device, otherExecutors: [{ ...gpu, why: 'It was late.' }] }
    expect(reconsidered(doubtful)).toEqual(doubtful)
    const left = computingOn(
      reconsidered({ ...device, otherExecutors: [measuredSpeed('webgpu', 90e9)] }),
      cpu,
      'It was lost.',
    )
    expect(reconsidered(left)).toEqual(left)
    expect(left.otherExecutors).toMatchObject([{ executor: 'webgpu', phases: null, why: 'It was lost.' }])
  })
})
