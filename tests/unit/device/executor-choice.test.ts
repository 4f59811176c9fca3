import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseExecutor, type MeasuredExecutor, turnCost } from '../../../src/device/executor-choice.ts'

const speed = fc.double({ min: 1e6, max: 1e12, noNaN: true })
const measured = (executor: MeasuredExecutor['executor']): fc.Arbitrary<MeasuredExecutor> =>
  fc.record({
    executor: fc.constant(executor),
    weightBytesPerSecond: speed,
    phases: fc.record({ prefillBytesPerSecond: speed, readbackMs: fc.constant(0) }),
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

test('a turn counts its question by the prefill and its answer by the decode', () => {
  const [reader, writer] = [
    { executor: 'webgpu' as const, weightBytesPerSecond: 2e9, phases: { prefillBytesPerSecond: 90e9, readbackMs: 3 } },
    { executor: 'wasm' as const, weightBytesPerSecond: 16e9, phases: { prefillBytesPerSecond: 40e9, readbackMs: 0 } },
  ]
  expect(chooseExecutor([reader, writer])).toEqual({ prefill: 'webgpu', decode: 'wasm', both: 'wasm' })
})
