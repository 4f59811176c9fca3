// The matrix kernels of a build against their scalar twins: random shapes (rows no multiple of four, one block, odd tiles of tokens) and extremes.
import fc from 'fast-check'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { floatToHalf } from '../../../../src/base/half.ts'
import { groupBytes, interleave, readRow } from '../../../../src/compute/wasm/interleave.ts'
import type { SimdBuild } from '../../../../src/compute/wasm/kernels.ts'
import { bytesOf, FORMAT_LAYOUT, type TensorFormat } from '../../../../src/model/tensor.ts'
import { seededRandom } from '../../../support/random.ts'
import { expectClose, floats, KernelRig, type MatrixKernel } from './kernel-rig.ts'
import { dequantizedRows, multiplyTwin, quantizeTwin } from './kernel-twins.ts'

const formats: TensorFormat[] = ['f32', 'f16', 'int8', 'int4']

/** Rows in file order: every byte value for the quants (-128 too), scales with both signs and denormal halves among them. */
export function randomRows(format: TensorFormat, rows: number, columns: number, seed: number): Uint8Array {
  const random = seededRandom(seed)
  const bytes = Uint8Array.from({ length: bytesOf(format, rows, columns) }, () => Math.floor(random() * 256))
  const view = new DataView(bytes.buffer)
  const half = () => floatToHalf((random() - 0.5) * (random() < 0.1 ? 1e-5 : 0.2))
  for (let at = 0; at < bytes.length; at += FORMAT_LAYOUT[format].bytesPerBlock) {
    if (format === 'f32') view.setFloat32(at, random() - 0.5, true)
    else view.setUint16(at, half(), true)
    if (format === 'int4') view.setUint16(at + 2, half(), true)
  }
  return bytes
}

interface Shape {
  rows: number
  columns: number
  tokens: number
  seed: number
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  rows: fc.integer({ min: 1, max: 21 }),
  columns: fc.integer({ min: 1, max: 150 }),
  tokens: fc.integer({ min: 1, max: 13 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
})
const runs = { seed: 1, numRuns: 60 }

/** The whole number of blocks nearest to what was drawn. */
function blocksOf(format: TensorFormat, columns: number): number {
  const { blockSize } = FORMAT_LAYOUT[format]
  return Math.ceil(columns / blockSize) * blockSize
}

/** Registers the suite; call it inside a `describe`. */
export function matrixKernelSuite(simd: SimdBuild): void {
  const words = (format: TensorFormat): MatrixKernel => ({ format, byBytes: false })
  const bytesOfInt4: MatrixKernel[] = simd === 'relaxed' ? [{ format: 'int4', byBytes: true }] : []
  const kernels = [...formats.map(words), ...bytesOfInt4]
  /** What the kernel of `format` multiplies by. */
  const activations = ({ format, byBytes }: MatrixKernel, x: Float32Array) => {
    if (FORMAT_LAYOUT[format].blockSize === 1) return x
    const { byteValues, wordValues } = quantizeTwin(x)
    return byBytes ? byteValues : wordValues
  }
  let rig: KernelRig
  beforeAll(async () => {
    rig = await KernelRig.open(simd)
  })
  beforeEach(() => rig.clear())

  test.each(kernels)('multiplies $format weights like the twin, at every shape; by bytes: $byBytes', (kernel) => {
    const { format } = kernel
    const check = ({ rows, columns: drawn, tokens, seed }: Shape) => {
      rig.clear()
      const columns = blocksOf(format, drawn)
      const file = randomRows(format, rows, columns, seed)
      const x = floats(tokens * columns, seed + 1, 3)
      const { values, magnitudes } = multiplyTwin(dequantizedRows(format, file), activations(kernel, x), columns)
      const actual = rig.multiply(kernel, file, rows, columns, x)
      for (const [i, value] of actual.entries())
        expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(magnitudes[i]! * 3e-6 + 1e-30)
    }
    fc.assert(fc.property(shapes, check), runs)
  })

  test.each(kernels)(
    'gives the same bits for one token as in a tile of many: $format, by bytes: $byBytes',
    (kernel) => {
      const columns = 96
      const file = randomRows(kernel.format, 18, columns, 5)
      const x = floats(7 * columns, 6)
      const together = rig.multiply(kernel, file, 18, columns, x)
      for (let t = 0; t < 7; t++) {
        const alone = rig.multiply(kernel, file, 18, columns, x.slice(t * columns, (t + 1) * columns))
        expect(alone).toEqual(together.slice(t * 18, (t + 1) * 18))
      }
    },
  )

  test.each(kernels)('computes its part of the groups and no more: $format, by bytes: $byBytes', (kernel) => {
    const [rows, columns, tokens] = [28, 64, 6]
    const file = randomRows(kernel.format, rows, columns, 10)
    const x = floats(tokens * columns, 11)
    const all = rig.multiply(kernel, file, rows, columns, x)
    const parts = [0, 1, 2, 3, 4].flatMap((from) => [1, 2, 3].map((size) => [from, from + size] as [number, number]))
    for (const [from, to] of parts) {
      rig.clear()
      const untouched = rig.floats(0, 1)[0]!
      const part = rig.multiply(kernel, file, rows, columns, x, [from, to])
      const isMine = (i: number) => i % rows >= from * 4 && i % rows < to * 4
      expect(part).toEqual(all.map((value, i) => (isMine(i) ? value : untouched)))
    }
  })

  test.each(kernels)('shows a NaN or an infinity in a token, and only there: $format, by bytes: $byBytes', (kernel) => {
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = floats(5 * 64, 7)
      x[2 * 64 + 40] = poison
      const out = rig.multiply(kernel, randomRows(kernel.format, 9, 64, 8), 9, 64, x)
      for (const [i, value] of out.entries()) expect(Number.isFinite(value)).toBe(Math.floor(i / 9) !== 2)
    }
  })

  // One token, and a tile of four with one more.
  test.each([1, 5])(
    'multiplies the extremes of int8 exactly: -128 by -32767 over a whole block, %i times',
    (tokens) => {
      const file = new Uint8Array(bytesOf('int8', 8, 32)).fill(0x80)
      for (let row = 0; row < 8; row++) new DataView(file.buffer).setUint16(row * 34, floatToHalf(1), true)
      const x = new Float32Array(32 * tokens).fill(-32_767)
      expect([...rig.multiply(words('int8'), file, 8, 32, x)]).toEqual(new Array(8 * tokens).fill(128 * 32_767 * 32))
    },
  )

  test.each([1, 5])(
    'multiplies the extremes of int4 exactly: 15 by the largest activation over a whole block, %i times',
    (tokens) => {
      const file = new Uint8Array(bytesOf('int4', 8, 32)).fill(0xff)
      for (let row = 0; row < 8; row++) new DataView(file.buffer).setUint32(row * 20, floatToHalf(1), true)
      for (const kernel of [words('int4'), ...bytesOfInt4]) {
        const largest = kernel.byBytes ? 127 : 32_767
        const x = new Float32Array(32 * tokens).fill(-largest)
        const expected = new Array(8 * tokens).fill(-largest * 15 * 32)
        expect([...rig.multiply(kernel, file, 8, 32, x)]).toEqual(expected)
      }
    },
  )

  test('carries denormal halves and denormal activations', () => {
    const file = new Uint8Array(Uint16Array.from({ length: 8 }, (_, i) => i + 1).buffer)
    const x = Float32Array.of(1, 2)
    const expected = multiplyTwin(dequantizedRows('f16', file), x, 2).values
    expect([...rig.multiply(words('f16'), file, 4, 2, x)]).toEqual([...expected])
    const eight = Uint8Array.of(...file, ...file)
    const fourTimes = rig.multiply(words('f16'), eight, 8, 2, Float32Array.of(...x, ...x, ...x, ...x))
    expect([...fourTimes]).toEqual(new Array(8).fill([...expected]).flat())
    const tiny = rig.multiply(words('int8'), randomRows('int8', 4, 32, 9), 4, 32, new Float32Array(32).fill(1e-42))
    for (const value of tiny) expect(Math.abs(value)).toBeLessThan(1e-36)
  })

  test('quantizes bit for bit like the twin, zeros and giants too', () => {
    const check = (blocks: number, seed: number, exponent: number) => {
      rig.clear()
      const x = floats(blocks * 32, seed, 10 ** exponent)
      if (seed % 3 === 0) x.fill(0, 0, 32)
      const { bytes, words, scales } = rig.quantized(x)
      const twin = quantizeTwin(x)
      expect(new Int8Array(rig.bytes(bytes, x.length).buffer)).toEqual(twin.bytes)
      expect(new Int16Array(rig.bytes(words, x.length * 2).buffer)).toEqual(twin.words)
      expectClose(rig.floats(scales, x.length / 8), twin.scales, 1e-6)
    }
    const seeds = fc.integer({ min: 1, max: 1e6 })
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), seeds, fc.integer({ min: -20, max: 20 }), check), runs)
  })

  test.each(formats)('reads a row back from the interleaved order: %s', (format) => {
    for (const rows of [1, 4, 7]) {
      const columns = 96
      const file = randomRows(format, rows, columns, rows)
      const target = new Uint8Array(Math.ceil(rows / 4) * groupBytes(format, columns))
      expect(interleave(format, file, rows, columns, target)).toBe(true)
      const whole = dequantizedRows(format, file)
      const row = new Float32Array(columns)
      for (let r = 0; r < rows; r++) {
        readRow(format, new DataView(target.buffer), r, columns, row)
        expect(row).toEqual(whole.slice(r * columns, (r + 1) * columns))
      }
    }
  })
}
