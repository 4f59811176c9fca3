// Matrix products against the reference's loops on random shapes and at the edges of their tiles.
import { describe, expect, test } from 'vitest'
import { activate, multiply } from '../../../src/compute/reference/operations.ts'
import { plainPaths } from '../../../src/compute/webgpu/kernel-paths.ts'
import { productsName } from '../../../src/compute/webgpu/kernels/dot.ts'
import { gateUp } from '../../../src/compute/webgpu/kernels/gate-up.ts'
import { matmul, type ProductEnd } from '../../../src/compute/webgpu/kernels/matmul.ts'
import type { Activation } from '../../../src/model/config.ts'
import { bytesOf, FORMAT_LAYOUT, type TensorFormat } from '../../../src/model/tensor.ts'
import { seededRandom } from '../../support/random.ts'
import {
  everyFormat,
  expectClose,
  gpuRig,
  pathsOfKernel,
  randomBytes,
  randomFloats,
  spread,
  twin,
  type Weights,
  wholeActivations,
} from './webgpu-rig.ts'

const rig = gpuRig(plainPaths)
const activations: Activation[] = ['silu', 'gelu', 'gelu-tanh', 'relu']

async function product(
  weights: Weights,
  x: Float32Array,
  tokenCount: number,
  end?: ProductEnd,
  { gpu, floats, inputRows } = rig,
): Promise<Float32Array> {
  const stride = weights.held.rowCount
  const output = { array: floats(new Float32Array(tokenCount * stride).fill(7)), offset: 0, stride }
  matmul(gpu, weights.held, inputRows(x, weights, tokenCount), output, tokenCount, end)
  return gpu.read(output.array, 0, tokenCount * stride)
}

const productCases = everyFormat.flatMap((format) =>
  pathsOfKernel((paths) => productsName([format], paths)).map((way) => ({ format, ...way })),
)

describe.each(productCases)('matmul of $format, $ways,', ({ format, paths }) => {
  const ownRig = gpuRig(paths)

  test('multiplies what the reference multiplies on random shapes', async () => {
    const random = seededRandom(11)
    for (const tokenCount of [1, 2, 4, 5, 11]) {
      const rows = 1 + Math.floor(random() * 40)
      const unit = format === 'f32' ? 1 : FORMAT_LAYOUT[format].blockSize
      const most = tokenCount === 5 ? 4500 : 320
      const columns = unit * (1 + Math.floor((random() * most) / unit))
      const weights = ownRig.randomWeights(format, rows, columns, random, undefined, tokenCount % 2 === 1)
      const x = wholeActivations(tokenCount, columns, random)
      expectClose(await product(weights, x, tokenCount, {}, ownRig), twin(weights, x, tokenCount))
    }
  })
})

const innerCases = (
  [
    ['int4', 'int4'],
    ['f16', 'int8'],
  ] as const
).flatMap((formats) => pathsOfKernel((paths) => productsName(formats, paths)).map((way) => ({ formats, ...way })))

describe.each(innerCases)('gate and up in $formats, $ways,', ({ formats: [one, other], paths }) => {
  const ownRig = gpuRig(paths)

  test('make the inner columns that the reference makes', async () => {
    const random = seededRandom(17)
    for (const tokenCount of [1, 6]) {
      const [gate, up] = [one, other].map((format) => ownRig.randomWeights(format, 33, 2112, random, 16, true)) as [
        Weights,
        Weights,
      ]
      const x = wholeActivations(tokenCount, 2112, random).map((value) => value / 1024)
      const output = { array: ownRig.floats(new Float32Array(tokenCount * 64).fill(9)), offset: 12, stride: 64 }
      const weights = { gate: gate.held, up: up.held, activation: 'silu' as const }
      gateUp(ownRig.gpu, weights, ownRig.inputRows(x, up, tokenCount), output, tokenCount)
      const expected = activate('silu', twin(gate, x, tokenCount))
      multiply(expected, twin(up, x, tokenCount))
      expectClose(await ownRig.gpu.read(output.array, 0, tokenCount * 64), spread(expected, tokenCount, 64, 12))
    }
  })
})

describe.each([
  { format: 'int4', fine: false, largest: 127, lossBelow: 1e-2 },
  { format: 'int4', fine: true, largest: 32639, lossBelow: 4e-5 },
  { format: 'int8', fine: false, largest: 32639, lossBelow: 4e-5 },
] as const)('packed products of $format, fine: $fine,', ({ format, fine, largest, lossBelow }) => {
  const ownRig = gpuRig({ packed: true, fine, subgroups: true })

  test(`round a block's activations to whole numbers up to ${largest} and nothing else`, async () => {
    const random = seededRandom(18)
    const weights = ownRig.randomWeights(format, 24, 1312, random)
    const x = randomFloats(5 * 1312, random)
    const rounded = roundedTo(largest, x)
    expectClose(await product(weights, x, 5, {}, ownRig), twin(weights, rounded, 5), 1e-5)
    const lost = twin(
      weights,
      x.map((value, i) => value - rounded[i]!),
      5,
    )
    const exact = twin(weights, x, 5)
    expect(norm(lost)).toBeGreaterThan(0.1 * lossBelow * norm(exact))
    expect(norm(lost)).toBeLessThan(lossBelow * norm(exact))
  })

  test('an empty block, and one below what floats can divide by, count as nothing', async () => {
    const weights = ownRig.randomWeights(format, 8, 96, seededRandom(19))
    const x = new Float32Array(96).fill(1e-38, 32, 64).fill(1, 64)
    expectClose(await product(weights, x, 1, {}, ownRig), twin(weights, x, 1))
  })
})

describe('matmul', () => {
  test.each(everyFormat)('multiplies a matrix in several buffers as one, bias and all: %s', async (format) => {
    const random = seededRandom(12)
    const weights = rig.randomWeights(format, 43, 96, random, 16, true)
    expect(weights.held.parts.map(({ rowCount }) => rowCount)).toEqual([16, 16, 11])
    const x = randomFloats(3 * 96, random)
    expectClose(await product(weights, x, 3), twin(weights, x, 3))
  })

  test('stacks tensors of one format in one buffer and others in their own', async () => {
    const random = seededRandom(13)
    const stack = (['int4', 'int4', 'int8', 'f32'] as const).map((format, i) => {
      const rows = [18, 6, 6, 10][i]!
      return { format, rows, bytes: randomBytes(format, rows, 64, random) }
    })
    const weights = rig.upload(stack, 64, undefined, randomFloats(40, random))
    expect(weights.held.parts.map(({ firstRow }) => firstRow)).toEqual([0, 24, 30])
    const x = randomFloats(2 * 64, random)
    expectClose(await product(weights, x, 2), twin(weights, x, 2))
  })

  test.each(activations)('activates after the bias: %s', async (activation) => {
    const random = seededRandom(15)
    const weights = rig.randomWeights('f32', 37, 20, random, 16, true)
    const x = randomFloats(5 * 20, random)
    expectClose(await product(weights, x, 5, { activation }), activate(activation, twin(weights, x, 5)))
  })

  test('adds to what is there, from columns in the middle of wider rows', async () => {
    const random = seededRandom(16)
    const [first, rest] = [rig.randomWeights('int8', 19, 64, random, 8, true), rig.randomWeights('f32', 19, 40, random)]
    const x = randomFloats(3 * 104, random)
    const columns = (from: number, count: number) =>
      Float32Array.from({ length: 3 * count }, (_, i) => x[Math.floor(i / count) * 104 + from + (i % count)]!)
    const input = { array: rig.floats(spread(x, 3, 128)), offset: 0, stride: 128 }
    const output = { array: rig.floats(new Float32Array(3 * 19)), offset: 0, stride: 19 }
    matmul(rig.gpu, first.held, input, output, 3)
    matmul(rig.gpu, rest.held, { ...input, offset: 64 }, output, 3, { accumulates: true })
    const expected = twin(first, columns(0, 64), 3)
    twin(rest, columns(64, 40), 3).forEach((value, i) => {
      expected[i]! += value
    })
    expectClose(await rig.gpu.read(output.array, 0, 3 * 19), expected)
  })

  test('reads the extremes of each format: int8 -128, half denormals and the largest half of either sign, 15 with a negative minimum', async () => {
    const scales = [0x0001, 0x7bff, 0x8001, 0xfbff]
    const int8 = new Uint8Array(bytesOf('int8', 4, 32)).fill(0x80)
    const int4 = new Uint8Array(bytesOf('int4', 4, 32)).fill(0xff)
    const f16 = new Uint8Array(bytesOf('f16', 4, 32))
    for (const [row, scale] of scales.entries()) {
      new DataView(int8.buffer).setUint16(row * 34, scale, true)
      new DataView(int4.buffer).setUint16(row * 20, scale, true)
      new DataView(int4.buffer).setUint16(row * 20 + 2, scale ^ 0x8000, true)
      for (let i = 0; i < 32; i++) new DataView(f16.buffer).setUint16(row * 64 + i * 2, scale, true)
    }
    for (const [format, bytes] of Object.entries({ int8, int4, f16 }) as [TensorFormat, Uint8Array][]) {
      const weights = rig.upload([{ format, bytes, rows: 4 }], 32)
      const x = new Float32Array(32).fill(1)
      const [actual, expected] = [await product(weights, x, 1), twin(weights, x, 1)]
      for (const row of scales.keys()) expectClose(actual.subarray(row, row + 1), expected.subarray(row, row + 1))
    }
  })

  // WGSL lets a GPU assume that there are none; the software adapter keeps them.
  test('carries infinities and NaN to the result', async () => {
    const bytes = new Uint8Array(Float32Array.from([1, 2, 3, 4]).buffer)
    const weights = rig.upload([{ format: 'f32', bytes, rows: 2 }], 2)
    const result = await product(weights, Float32Array.from([Number.NaN, 1, Number.POSITIVE_INFINITY, 1]), 2)
    expect([...result]).toEqual([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})

describe('the inner columns of a feed-forward', () => {
  const cases: [gate: TensorFormat | null, up: TensorFormat, activation: Activation, columns: number, size: number][] =
    [
      ['f32', 'f32', 'silu', 12, 44],
      ['int4', 'int4', 'silu', 64, 96],
      ['int8', 'int4', 'gelu-tanh', 33, 64],
      ['f16', 'f32', 'relu', 7, 32],
      [null, 'int8', 'gelu', 33, 64],
      [null, 'f32', 'gelu-tanh', 13, 50],
      [null, 'int4', 'relu', 16, 32],
    ]
  test.each(cases)(
    'gate %s, up %s, %s: %i columns of %i, zeros around',
    async (one, other, activation, columns, size) => {
      const random = seededRandom(14)
      for (const tokenCount of [1, 6])
        for (const partRows of [8, 1000]) {
          const biased = partRows === 8
          const gate = one && rig.randomWeights(one, columns, size, random, partRows, biased)
          const up = rig.randomWeights(other, columns, size, random, partRows, biased)
          const x = randomFloats(tokenCount * size, random, 0.1)
          const stride = 128
          const output = { array: rig.floats(new Float32Array(tokenCount * stride).fill(9)), offset: 12, stride }
          const weights = { gate: gate?.held ?? null, up: up.held, activation }
          gateUp(rig.gpu, weights, rig.inputRows(x, up, tokenCount), output, tokenCount)
          const expected = activate(activation, twin(gate ?? up, x, tokenCount))
          if (gate) multiply(expected, twin(up, x, tokenCount))
          expectClose(
            await rig.gpu.read(output.array, 0, tokenCount * stride),
            spread(expected, tokenCount, stride, 12),
          )
        }
    },
  )

  test.each(activations)('stays finite and right where values are far from zero: %s', async (activation) => {
    const one = rig.upload([{ format: 'f32', bytes: new Uint8Array(Float32Array.of(1).buffer), rows: 1 }], 1)
    const x = Float32Array.of(-1e4, -90, -6, -1e-3, 0, 1e-3, 6, 90, 1e4)
    const output = { array: rig.floats(new Float32Array(x.length)), offset: 0, stride: 1 }
    const weights = { gate: null, up: one.held, activation }
    gateUp(rig.gpu, weights, rig.inputRows(x, one, x.length), output, x.length)
    const [actual, expected] = [await rig.gpu.read(output.array, 0, x.length), activate(activation, x)]
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)))
    })
  })
})

/** As a workgroup does it, in float32. */
function roundedTo(largest: number, x: Float32Array): Float32Array {
  const out = new Float32Array(x.length)
  for (let first = 0; first < x.length; first += 32) {
    const block = x.subarray(first, first + 32)
    const top = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const inverse = Math.fround(largest / top)
    block.forEach((value, i) => {
      out[first + i] = Math.fround(top / largest) * roundHalfToEven(Math.fround(value * inverse))
    })
  }
  return out
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value)
  if (value - down !== 0.5) return Math.round(value)
  return down % 2 === 0 ? down : down + 1
}

function norm(x: Float32Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))
}
