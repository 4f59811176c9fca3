// What the kernel tests have in common: a session of their own, weights on both sides, comparison.
import { afterEach, beforeEach, expect } from 'vitest'
import { floatToHalf } from '../../../src/base/half.ts'
import { dequantize } from '../../../src/compute/reference/dequantize.ts'
import { addBias, matmul as matmulTwin } from '../../../src/compute/reference/operations.ts'
import type { GpuArray } from '../../../src/compute/webgpu/gpu-array.ts'
import { sharedDevice } from '../../../src/compute/webgpu/gpu-device.ts'
import { GpuSession } from '../../../src/compute/webgpu/gpu-session.ts'
import type { KernelPaths } from '../../../src/compute/webgpu/kernel-paths.ts'
import { paddedSize, type Rows } from '../../../src/compute/webgpu/kernels/rows.ts'
import { allocateMatrix, type WeightMatrix, writeRows } from '../../../src/compute/webgpu/weight-matrix.ts'
import { bytesOf, FORMAT_LAYOUT, type TensorFormat } from '../../../src/model/tensor.ts'
import { normal } from '../../support/random.ts'

export const everyFormat: TensorFormat[] = ['f32', 'f16', 'int8', 'int4']

export interface Weights {
  held: WeightMatrix
  values: Float32Array
  bias: Float32Array | null
}

export interface Stack {
  format: TensorFormat
  bytes: Uint8Array
  rows: number
}

const noOrYes = [false, true]

/** Whatever a GPU has or lacks; the software adapter has all of it. */
const everyPath: KernelPaths[] = noOrYes.flatMap((packed) =>
  noOrYes.flatMap((fine) => noOrYes.map((subgroups) => ({ packed, fine, subgroups }))),
)

/** The paths that a kernel has a text of its own for, as `nameOf` ends its name. */
export function pathsOfKernel(nameOf: (paths: KernelPaths) => string): { ways: string; paths: KernelPaths }[] {
  const byName = new Map(everyPath.map((paths) => [nameOf(paths), paths]))
  return Array.from(byName, ([name, paths]) => ({ ways: name.slice(1) || 'plain', paths }))
}

/** Opens a session before each test of the file or `describe` and closes it after. */
export function gpuRig(paths?: KernelPaths) {
  let session: GpuSession
  beforeEach(async () => {
    session = new GpuSession(await sharedDevice(), paths)
  })
  afterEach(() => session.close())

  const floats = (values: Float32Array): GpuArray => {
    const array = session.allocate(values.byteLength, 'float32')
    session.write(array, 0, values)
    return array
  }
  const upload = (stacks: readonly Stack[], columns: number, partRows?: number, bias: Float32Array | null = null) => {
    const rowCounts = stacks.map(({ format, rows }) => ({ format, rowCount: rows }))
    const made = allocateMatrix(session, rowCounts, columns, partRows)
    const values = new Float32Array(made.rowCount * columns)
    let above = 0
    for (const { format, bytes, rows } of stacks) {
      for (let row = 0; row < rows; row += 8) {
        const count = Math.min(8, rows - row)
        const rowBytes = bytes.length / rows
        writeRows(session, made, above + row, count, bytes.subarray(row * rowBytes, (row + count) * rowBytes))
      }
      dequantize(format, bytes, rows * columns, values, above * columns)
      above += rows
    }
    return { held: { ...made, bias: bias && floats(bias) }, values, bias } satisfies Weights
  }
  return {
    get gpu() {
      return session
    },
    floats,
    upload,
    /** `biased`: with a random bias. */
    randomWeights(
      format: TensorFormat,
      rows: number,
      columns: number,
      random: () => number,
      partRows?: number,
      biased = false,
    ) {
      const bias = biased ? Float32Array.from({ length: rows }, normal(random)) : null
      return upload([{ format, rows, bytes: randomBytes(format, rows, columns, random) }], columns, partRows, bias)
    },
    /** `x` [T, C] as rows that `weights` may multiply. */
    inputRows(x: Float32Array, { held }: Weights, tokenCount: number): Rows {
      const stride = paddedSize(held.columns)
      return { array: floats(spread(x, tokenCount, stride)), offset: 0, stride }
    },
  }
}

/** What the reference makes of it, with the bias. */
export function twin({ held, values, bias }: Weights, x: Float32Array, tokenCount: number): Float32Array {
  const product = matmulTwin({ values, rows: held.rowCount, columns: held.columns, columnStart: 0 }, x, tokenCount)
  return addBias(product, bias)
}

export function randomFloats(count: number, random: () => number, deviation = 1): Float32Array {
  const next = normal(random)
  return Float32Array.from({ length: count }, () => deviation * next())
}

/** Activations that quantizing to int8 in blocks of 32 leaves as they are: whole numbers up to 127, times a power of two a block. */
export function wholeActivations(tokenCount: number, columns: number, random: () => number): Float32Array {
  const x = new Float32Array(tokenCount * columns)
  for (let token = 0; token < tokenCount; token++)
    for (let first = 0; first < columns; first += 32) {
      const unit = 2 ** Math.floor(random() * 8 - 8)
      const block = x.subarray(token * columns + first, token * columns + Math.min(first + 32, columns))
      for (const i of block.keys()) block[i] = unit * (Math.floor(random() * 255) - 127)
      block[Math.floor(random() * block.length)] = unit * (random() < 0.5 ? 127 : -127)
    }
  return x
}

/** Any bytes as quants; scales and minima of either sign. */
export function randomBytes(format: TensorFormat, rows: number, columns: number, random: () => number): Uint8Array {
  const bytes = new Uint8Array(bytesOf(format, rows, columns))
  const view = new DataView(bytes.buffer)
  const half = () => floatToHalf(normal(random)())
  if (format === 'f32') for (let at = 0; at < bytes.length; at += 4) view.setFloat32(at, normal(random)(), true)
  else if (format === 'f16') for (let at = 0; at < bytes.length; at += 2) view.setUint16(at, half(), true)
  else
    for (let at = 0; at < bytes.length; at += FORMAT_LAYOUT[format].bytesPerBlock) {
      for (let i = 0; i < FORMAT_LAYOUT[format].bytesPerBlock; i++) bytes[at + i] = Math.floor(random() * 256)
      view.setUint16(at, half(), true)
      if (format === 'int4') view.setUint16(at + 2, half(), true)
    }
  return bytes
}

/** Rows of `x` [T, n] at `offset` of rows of `stride`, the rest `filler`. */
export function spread(x: Float32Array, tokenCount: number, stride: number, offset = 0, filler = 0): Float32Array {
  const width = x.length / tokenCount
  const out = new Float32Array(tokenCount * stride).fill(filler)
  for (let t = 0; t < tokenCount; t++) out.set(x.subarray(t * width, (t + 1) * width), t * stride + offset)
  return out
}

/** Within `tolerance` of the largest value expected. */
export function expectClose(actual: Float32Array, expected: Float32Array, tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length)
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30)
  expected.forEach((value, i) => {
    if (!(Math.abs(value - actual[i]!) <= tolerance * largest))
      throw new Error(`Value ${i} is ${actual[i]} where ${value} is expected (largest ${largest}).`)
  })
}
