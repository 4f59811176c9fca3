// Every kernel against the reference's loops on random shapes and at the edges of its tiles.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { floatToHalf } from '../../../src/base/half.ts'
import { dequantize } from '../../../src/compute/reference/dequantize.ts'
import {
  activate,
  matmul as matmulTwin,
  multiply,
  normalize,
  rotate,
  softmax,
} from '../../../src/compute/reference/operations.ts'
import { GpuSession } from '../../../src/compute/webgpu/gpu-session.ts'
import { type AttentionShape, appendKeysAndValues, attend } from '../../../src/compute/webgpu/kernels/attention.ts'
import { joinNorm } from '../../../src/compute/webgpu/kernels/join-norm.ts'
import { gateUp, matmul } from '../../../src/compute/webgpu/kernels/matmul.ts'
import { ropeAngles } from '../../../src/compute/webgpu/kernels/rotate.ts'
import { type GpuArray, sharedDevice } from '../../../src/compute/webgpu/tfjs-device.ts'
import { allocateMatrix, type WeightMatrix, writeRows } from '../../../src/compute/webgpu/weight-matrix.ts'
import type { Rope } from '../../../src/model/config.ts'
import { ropeFrequencies } from '../../../src/model/rope.ts'
import { BLOCK_SIZE, bytesOf, FORMAT_LAYOUT, type TensorFormat } from '../../../src/model/tensor.ts'
import { normal, seededRandom } from '../../support/random.ts'

let gpu: GpuSession
beforeEach(async () => {
  gpu = new GpuSession(await sharedDevice())
})
afterEach(() => gpu.close())

function floats(values: Float32Array): GpuArray {
  const array = gpu.allocate(values.byteLength, 'float32')
  gpu.write(array, 0, values)
  return array
}

/** Rows of `x` [T, n] at `offset` of rows of `stride`, the rest `filler`. */
function spread(x: Float32Array, tokenCount: number, stride: number, offset = 0, filler = 0): Float32Array {
  const width = x.length / tokenCount
  const out = new Float32Array(tokenCount * stride).fill(filler)
  for (let t = 0; t < tokenCount; t++) out.set(x.subarray(t * width, (t + 1) * width), t * stride + offset)
  return out
}

function expectClose(actual: Float32Array, expected: Float32Array, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length)
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30)
  expected.forEach((value, i) => {
    if (!(Math.abs(value - actual[i]!) <= tolerance * largest))
      throw new Error(`Value ${i} is ${actual[i]} where ${value} is expected (largest ${largest}).`)
  })
}

function randomBytes(format: TensorFormat, rows: number, columns: number, random: () => number): Uint8Array {
  const bytes = new Uint8Array(bytesOf(format, rows, columns))
  const view = new DataView(bytes.buffer)
  if (format === 'f32') for (let at = 0; at < bytes.length; at += 4) view.setFloat32(at, normal(random)(), true)
  else if (format === 'f16') for (let at = 0; at < bytes.length; at += 2) view.setUint16(at, half(random), true)
  else
    for (let at = 0; at < bytes.length; at += FORMAT_LAYOUT[format].bytesPerBlock) {
      for (let i = 0; i < FORMAT_LAYOUT[format].bytesPerBlock; i++) bytes[at + i] = Math.floor(random() * 256)
      view.setUint16(at, half(random), true)
      if (format === 'int4') view.setUint16(at + 2, half(random), true)
    }
  return bytes
}

function half(random: () => number): number {
  return floatToHalf(normal(random)())
}

interface Weights {
  held: WeightMatrix
  values: Float32Array
}

function upload(
  stacks: { format: TensorFormat; bytes: Uint8Array; rows: number }[],
  columns: number,
  partRows?: number,
) {
  const held = allocateMatrix(
    gpu,
    stacks.map(({ format, rows }) => ({ format, rowCount: rows })),
    columns,
    partRows,
  )
  const values = new Float32Array(held.rowCount * columns)
  let above = 0
  for (const { format, bytes, rows } of stacks) {
    for (let row = 0; row < rows; row += 8) {
      const count = Math.min(8, rows - row)
      const rowBytes = bytes.length / rows
      writeRows(gpu, held, above + row, count, bytes.subarray(row * rowBytes, (row + count) * rowBytes))
    }
    dequantize(format, bytes, rows * columns, values, above * columns)
    above += rows
  }
  return { held, values } satisfies Weights
}

function randomWeights(format: TensorFormat, rows: number, columns: number, random: () => number, partRows?: number) {
  return upload([{ format, rows, bytes: randomBytes(format, rows, columns, random) }], columns, partRows)
}

async function product({ held }: Weights, x: Float32Array, tokenCount: number): Promise<Float32Array> {
  const output = gpu.allocate(tokenCount * held.rowCount * 4, 'float32')
  const input = floats(spread(x, tokenCount, held.blocks * BLOCK_SIZE))
  const strides = { outputOffset: 0, outputStride: held.rowCount }
  matmul(gpu, held, { tokenCount, input, inputOffset: 0, output, ...strides })
  return gpu.read(output, 0, tokenCount * held.rowCount)
}

function twin({ held, values }: Weights, x: Float32Array, tokenCount: number): Float32Array {
  return matmulTwin({ values, rows: held.rowCount, columns: held.columns, columnStart: 0 }, x, tokenCount)
}

const formats: TensorFormat[] = ['f32', 'f16', 'int8', 'int4']

describe('matmul', () => {
  test.each(formats)('multiplies what the reference multiplies on random shapes: %s', async (format) => {
    const random = seededRandom(11)
    for (const tokenCount of [1, 2, 4, 5, 11]) {
      const rows = 1 + Math.floor(random() * 40)
      const unit = format === 'f32' ? 1 : FORMAT_LAYOUT[format].blockSize
      const columns = unit * (1 + Math.floor((random() * 320) / unit))
      const weights = randomWeights(format, rows, columns, random)
      const x = Float32Array.from({ length: tokenCount * columns }, normal(random))
      expectClose(await product(weights, x, tokenCount), twin(weights, x, tokenCount))
    }
  })

  test.each(formats)('multiplies a matrix in several buffers as one: %s', async (format) => {
    const random = seededRandom(12)
    const weights = randomWeights(format, 43, 96, random, 16)
    expect(weights.held.parts.map(({ rowCount }) => rowCount)).toEqual([16, 16, 11])
    const x = Float32Array.from({ length: 3 * 96 }, normal(random))
    expectClose(await product(weights, x, 3), twin(weights, x, 3))
  })

  test('stacks tensors of one format in one buffer and others in their own', async () => {
    const random = seededRandom(13)
    const stack = (['int4', 'int4', 'int8', 'f32'] as const).map((format, i) => {
      const rows = [18, 6, 6, 10][i]!
      return { format, rows, bytes: randomBytes(format, rows, 64, random) }
    })
    const weights = upload(stack, 64)
    expect(weights.held.parts.map(({ firstRow }) => firstRow)).toEqual([0, 24, 30])
    const x = Float32Array.from({ length: 2 * 64 }, normal(random))
    expectClose(await product(weights, x, 2), twin(weights, x, 2))
  })

  test('reads the extremes of each format: int8 -128, half denormals and the largest half, 15 with a negative minimum', async () => {
    const int8 = new Uint8Array(bytesOf('int8', 2, 32)).fill(0x80)
    const int4 = new Uint8Array(bytesOf('int4', 2, 32)).fill(0xff)
    const f16 = new Uint8Array(bytesOf('f16', 2, 32))
    const scales = [0x0001, 0x7bff]
    for (const [row, scale] of scales.entries()) {
      new DataView(int8.buffer).setUint16(row * 34, scale, true)
      new DataView(int4.buffer).setUint16(row * 20, scale, true)
      new DataView(int4.buffer).setUint16(row * 20 + 2, scale | 0x8000, true)
      for (let i = 0; i < 32; i++) new DataView(f16.buffer).setUint16(row * 64 + i * 2, scale, true)
    }
    for (const [format, bytes] of Object.entries({ int8, int4, f16 }) as [TensorFormat, Uint8Array][]) {
      const weights = upload([{ format, bytes, rows: 2 }], 32)
      const x = new Float32Array(32).fill(1)
      const [actual, expected] = [await product(weights, x, 1), twin(weights, x, 1)]
      for (const row of [0, 1]) expectClose(actual.subarray(row, row + 1), expected.subarray(row, row + 1))
    }
  })

  // WGSL lets a GPU assume that there are none; the software adapter keeps them.
  test('carries infinities and NaN to the result', async () => {
    const bytes = new Uint8Array(Float32Array.from([1, 2, 3, 4]).buffer)
    const weights = upload([{ format: 'f32', bytes, rows: 2 }], 2)
    const result = await product(weights, Float32Array.from([Number.NaN, 1, Number.POSITIVE_INFINITY, 1]), 2)
    expect([...result]).toEqual([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})

describe('gate and up', () => {
  test.each([
    ['f32', 'f32', 12, 44],
    ['int4', 'int4', 64, 96],
    ['int8', 'int4', 33, 64],
    ['f16', 'f32', 7, 32],
  ] as const)('gives silu(gate x) * up x with zeros around: %s, %s, %i columns', async (one, other, columns, size) => {
    const random = seededRandom(14)
    for (const tokenCount of [1, 6])
      for (const partRows of [8, 1000]) {
        const gate = randomWeights(one, columns, size, random, partRows)
        const up = randomWeights(other, columns, size, random, partRows)
        const x = Float32Array.from({ length: tokenCount * size }, () => 0.1 * normal(random)())
        const stride = 128
        const output = floats(new Float32Array(tokenCount * stride).fill(9))
        gateUp(gpu, gate.held, up.held, {
          tokenCount,
          input: floats(spread(x, tokenCount, gate.held.blocks * BLOCK_SIZE)),
          inputOffset: 0,
          output,
          outputOffset: 12,
          outputStride: stride,
        })
        const expected = activate('silu', twin(gate, x, tokenCount))
        multiply(expected, twin(up, x, tokenCount))
        expectClose(await gpu.read(output, 0, tokenCount * stride), spread(expected, tokenCount, stride, 12))
      }
  })

  test('stays finite where the gate is far below zero', async () => {
    const weights = upload([{ format: 'f32', bytes: new Uint8Array(Float32Array.of(1).buffer), rows: 1 }], 1)
    const output = gpu.allocate(32 * 4, 'float32')
    const input = floats(spread(Float32Array.of(-1e4), 1, 32))
    const target = { outputOffset: 0, outputStride: 32 }
    gateUp(gpu, weights.held, weights.held, { tokenCount: 1, input, inputOffset: 0, output, ...target })
    expect(Math.abs((await gpu.read(output, 0, 1))[0]!)).toBe(0)
  })
})

describe('join and norm', () => {
  test.each([1, 31, 64, 100, 576])('adds the sum to the residual and norms it: %i values', async (hiddenSize) => {
    const random = normal(seededRandom(hiddenSize))
    const tokenCount = 3
    const values = () => Float32Array.from({ length: tokenCount * hiddenSize }, random)
    const [residual, sum, gain] = [values(), values(), values().subarray(0, hiddenSize)]
    const stride = Math.ceil(hiddenSize / 32) * 32
    const stream = {
      array: floats(new Float32Array(tokenCount * (stride + hiddenSize)).fill(9)),
      residualOffset: tokenCount * stride,
    }
    gpu.write(stream.array, stream.residualOffset * 4, residual)
    const shape = { hiddenSize, epsilon: 1e-5 }
    for (const joined of [null, sum]) {
      joinNorm(gpu, shape, stream, floats(gain.slice()), joined && floats(joined), tokenCount)
      const expected = residual.map((value, i) => value + (joined?.[i] ?? 0))
      const all = await gpu.read(stream.array, 0, tokenCount * (stride + hiddenSize))
      expectClose(all.subarray(stream.residualOffset), expected)
      expectClose(
        all.subarray(0, stream.residualOffset),
        spread(normalize('rms', expected, gain, null, 1e-5), tokenCount, stride),
      )
    }
  })
})

describe('attention', () => {
  const cases: [headSize: number, layout: Rope['layout'], rotatedSize: number, past: number, tokens: number][] = [
    [2, 'interleaved', 2, 0, 1],
    [8, 'interleaved', 8, 63, 1],
    [16, 'half-split', 16, 64, 3],
    [64, 'half-split', 32, 60, 9],
    [80, 'interleaved', 80, 130, 2],
    [128, 'half-split', 128, 5, 70],
  ]
  test.each(cases)(
    'appends rotated keys and mixes values: heads of %i, %s RoPE of %i, %i past, %i tokens',
    async (headSize, layout, rotatedSize, past, tokens) => {
      const rope: Rope = { kind: 'rope', theta: 10000, layout, rotatedSize, scaling: { kind: 'none' } }
      const random = normal(seededRandom(headSize))
      const contextLength = past + tokens + 1
      const [queryHeads, kvHeads] = [5, 3]
      const shape: AttentionShape = {
        headSize,
        rope,
        contextLength,
        queryHeads,
        kvHeads,
        firstQueryHead: 3,
        firstKvHead: 1,
        queryHeadsPerKvHead: 2,
      }
      const width = (queryHeads + 2 * kvHeads) * headSize
      const frequencies = ropeFrequencies(rope, null)
      const cacheFloats = 2 * kvHeads * contextLength * headSize
      const before = Float32Array.from({ length: cacheFloats }, random)
      const cache = floats(before)
      const projected = Float32Array.from({ length: tokens * width }, random)
      const positions = Array.from({ length: tokens }, (_, i) => past + i)
      const buffers = { projected: floats(projected), angles: floats(ropeAngles(positions, frequencies)), cache }
      const outputStride = queryHeads * headSize + 37
      const output = floats(new Float32Array(tokens * outputStride).fill(9))
      appendKeysAndValues(gpu, shape, buffers, past, tokens)
      attend(gpu, shape, buffers, past, tokens, { output, outputOffset: 5, outputStride })

      const columns = (from: number, heads: number) =>
        Float32Array.from({ length: tokens * heads * headSize }, (_, i) => {
          const size = heads * headSize
          return projected[Math.floor(i / size) * width + from * headSize + (i % size)]!
        })
      const [q, k, v] = [columns(0, queryHeads), columns(queryHeads, kvHeads), columns(queryHeads + kvHeads, kvHeads)]
      rotate(q, positions, headSize, rope, frequencies)
      rotate(k, positions, headSize, rope, frequencies)
      const held = before.slice()
      const slot = (kind: number, head: number, position: number) =>
        ((kind * kvHeads + head) * contextLength + position) * headSize
      for (let t = 0; t < tokens; t++)
        for (let head = 0; head < kvHeads; head++) {
          const from = (t * kvHeads + head) * headSize
          held.set(k.subarray(from, from + headSize), slot(0, head, past + t))
          held.set(v.subarray(from, from + headSize), slot(1, head, past + t))
        }
      const mixed = new Float32Array(q.length)
      for (let t = 0; t < tokens; t++)
        for (let head = 0; head < queryHeads; head++) {
          const kv = Math.floor((3 + head) / 2) - 1
          const at = (t * queryHeads + head) * headSize
          const scores = Float32Array.from({ length: past + t + 1 }, (_, position) => {
            let dot = 0
            for (let i = 0; i < headSize; i++) dot += q[at + i]! * held[slot(0, kv, position) + i]!
            return dot / Math.sqrt(headSize)
          })
          softmax(scores)
          scores.forEach((weight, position) => {
            for (let i = 0; i < headSize; i++) mixed[at + i]! += weight * held[slot(1, kv, position) + i]!
          })
        }
      expectClose(await gpu.read(cache, 0, cacheFloats), held)
      expectClose(await gpu.read(output, 0, tokens * outputStride), spread(mixed, tokens, outputStride, 5))
    },
  )
})
