// The other kernels of a build against their scalar twins: norms, activations, rotation.
import fc from 'fast-check'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { SimdBuild } from '../../../../src/compute/wasm/kernels.ts'
import { expectClose, floats, KernelRig } from './kernel-rig.ts'
import { activationTwins, layerNormTwin, rmsNormTwin, rotateTwin } from './kernel-twins.ts'

const runs = { seed: 1, numRuns: 60 }
const seeds = fc.integer({ min: 1, max: 1e6 })
const sizes = [1, 3, 4, 31, 64, 577]

/** Registers the suite; call it inside a `describe`. */
export function vectorKernelSuite(simd: SimdBuild): void {
  let rig: KernelRig
  beforeAll(async () => {
    rig = await KernelRig.open(simd)
  })
  beforeEach(() => rig.clear())

  test.each(sizes)('normalises like the twins, in place too: %i values', (size) => {
    const [x, gain, bias] = [floats(size, size, 20), floats(size, 2), floats(size, 3)]
    const [gains, biases] = [rig.put(gain), rig.put(bias)]
    const normed = (kernel: (at: number, out: number) => void) => {
      const at = rig.put(x)
      const out = rig.room(size * 4)
      kernel(at, out)
      const apart = rig.floats(out, size)
      kernel(at, at)
      expect(rig.floats(at, size)).toEqual(apart)
      return apart
    }
    expectClose(
      normed((at, out) => rig.kernels.rmsNorm(at, gains, out, size, 1e-5)),
      rmsNormTwin(x, gain, 1e-5),
      1e-6,
    )
    expectClose(
      normed((at, out) => rig.kernels.layerNorm(at, gains, biases, out, size, 1e-5)),
      layerNormTwin(x, gain, bias, 1e-5),
      2e-6,
    )
    expectClose(
      normed((at, out) => rig.kernels.affineNorm(at, gains, biases, out, size)),
      Array.from(x, (v, i) => v * gain[i]! + bias[i]!),
      1e-6,
    )
  })

  test('normalises zeros and denormals to finite values, and shows a NaN or an infinity', () => {
    const [ones, zeros] = [rig.put(new Float32Array(37).fill(1)), rig.put(new Float32Array(37))]
    const out = rig.room(37 * 4)
    const normed = (x: Float32Array) => {
      const at = rig.put(x)
      const kernels = [
        () => rig.kernels.rmsNorm(at, ones, out, 37, 1e-5),
        () => rig.kernels.layerNorm(at, ones, zeros, out, 37, 1e-5),
        () => rig.kernels.affineNorm(at, ones, zeros, out, 37),
      ]
      return kernels.map((kernel) => {
        kernel()
        return rig.floats(out, 37)
      })
    }
    const denormals = Float32Array.from({ length: 37 }, (_, i) => i * 1e-42)
    const [rms, layer, affine] = normed(denormals)
    expectClose(rms!, rmsNormTwin(denormals, new Float32Array(37).fill(1), 1e-5), 1e-6)
    for (const value of layer!) expect(Math.abs(value)).toBeLessThan(1e-36)
    expect(affine).toEqual(denormals)
    for (const values of normed(new Float32Array(37))) expect([...values]).toEqual(new Array(37).fill(0))
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY])
      for (const place of [0, 17, 36]) {
        const x = floats(37, 7)
        x[place] = poison
        for (const values of normed(x)) expect(Number.isFinite(values[place])).toBe(false)
      }
  })

  test('shows a NaN or an infinity in a rotated pair, and only there', () => {
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const head = floats(10, 8)
      head[2] = poison
      const turns = Float32Array.of(1, 0, 0.6, 0.8, 0.8, 0.6, 0, 1)
      const out = rig.room(40)
      rig.kernels.rotateHead(rig.put(head), out, rig.put(turns), 10, 8, 0)
      expect(Array.from(rig.floats(out, 10), Number.isFinite)).toEqual(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => i !== 2 && i !== 3),
      )
    }
  })

  test('keeps what distinguishes values far from zero, as a layer norm must', () => {
    const x = Float32Array.from({ length: 64 }, (_, i) => 1000 + (i % 2))
    const [ones, zeros] = [new Float32Array(64).fill(1), new Float32Array(64)]
    const out = rig.room(256)
    rig.kernels.layerNorm(rig.put(x), rig.put(ones), rig.put(zeros), out, 64, 1e-12)
    expectClose(
      rig.floats(out, 64),
      Array.from(x, (_, i) => (i % 2) * 2 - 1),
      1e-4,
    )
  })

  test.each(activationTwins.map((twin, code) => ({ ...twin, code })))(
    'computes $name like the twin, gated or not, also where the exponential overflows, and shows NaN',
    ({ of, code }) => {
      const edges = [-1e13, -1e4, -200, -88, -30, -6, -1, -1e-8, 0, 1e-8, 1, 30, 88, 200, 1e4, 1e13]
      const x = Float32Array.of(...edges, ...floats(41, 8, 2))
      const factor = floats(x.length, 3)
      const out = rig.room(x.length * 4)
      for (const gated of [false, true]) {
        rig.kernels.activate(code, rig.put(x), gated ? rig.put(factor) : 0, out, 0, x.length)
        rig.floats(out, x.length).forEach((actual, i) => {
          const expected = of(x[i]!) * (gated ? factor[i]! : 1)
          // erf is off by 1.5e-7 of 1, wherever x lies.
          const slack = Math.abs(expected) * 1e-6 + (Math.abs(x[i]!) < 10 ? 4e-7 : Math.abs(x[i]!) * 1e-37)
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(slack)
        })
      }
      rig.kernels.activate(code, rig.put(Float32Array.of(Number.NaN)), 0, out, 0, 1)
      expect(rig.floats(out, 1)[0]).toBeNaN()
    },
  )

  test('activates only from..to, in place', () => {
    const x = floats(13, 4)
    const at = rig.put(x)
    rig.kernels.activate(3, at, 0, at, 3, 10)
    const expected = x.map((v, i) => (i < 3 || i >= 10 ? v : Math.max(0, v)))
    expect(rig.floats(at, 13)).toEqual(expected)
  })

  test.each(sizes)('adds %i values and no more', (size) => {
    const [x, y] = [floats(size + 1, 5), floats(size + 1, 6)]
    const at = rig.put(x)
    rig.kernels.addTo(at, rig.put(y), size)
    expect(rig.floats(at, size + 1)).toEqual(x.map((v, i) => (i < size ? Math.fround(v + y[i]!) : v)))
  })

  test('rotates like the twin, in both layouts, and leaves what is not rotated', () => {
    const check = (pairs: number, rest: number, halfSplit: boolean, seed: number) => {
      rig.clear()
      const head = floats(2 * pairs + rest, seed)
      const angles = [...floats(pairs, seed + 1, 9)]
      const turns = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]))
      const out = rig.room(head.byteLength)
      rig.kernels.rotateHead(rig.put(head), out, rig.put(turns), head.length, 2 * pairs, halfSplit ? 1 : 0)
      expectClose(rig.floats(out, head.length), rotateTwin(head, angles, halfSplit), 1e-6)
    }
    const [pairs, rest] = [fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 })]
    fc.assert(fc.property(pairs, rest, fc.boolean(), seeds, check), runs)
  })
}
