// A shard's tensors in GPU memory: what is allocated for them, and where each one's rows go when they come.
import { ModelFormatError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import type { Norm } from '../../model/config.ts'
import { FORMAT_LAYOUT, type ShardTensor, type TensorRole, tensorKey } from '../../model/tensor.ts'
import { dequantize } from '../reference/dequantize.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import { allocateMatrix, type WeightMatrix, writeRows } from './weight-matrix.ts'

/** Takes some whole rows of one tensor, in file blocks. */
export type RowSink = (firstRow: number, rowCount: number, bytes: Uint8Array) => void

export interface Stacking {
  /** Most rows of a part: matrices used together are cut alike. */
  partRows?: number
  /** Tensors that differ in their formats are all held as f32. */
  oneFormat?: boolean
}

/** `get` and all that allocate throw `model-format` where a tensor is not listed. */
export interface WeightArrays {
  readonly sinks: Map<string, RowSink>
  readonly byteLength: number
  find(role: TensorRole, layer: number | null): ShardTensor | undefined
  get(role: TensorRole, layer: number | null): ShardTensor
  /** Vectors, one behind the other. */
  vectors(roles: readonly TensorRole[], layer: number | null): GpuArray
  /** Gain, and bias behind it where norms of the kind have one. */
  norm(role: TensorRole & `${string}Norm`, layer: number | null, kind: Norm['kind']): GpuArray
  /** Biases, one behind the other; null where the model has none. */
  biases(roles: readonly TensorRole[], layer: number | null): GpuArray | null
  /** Tensors stacked row upon row, without their biases. */
  matrix(roles: readonly TensorRole[], layer: number | null, stacking?: Stacking): WeightMatrix
  /** `matrix` with its biases. */
  dense(roles: readonly TensorRole[], layer: number | null, stacking?: Stacking): WeightMatrix
  /** One more sink for a tensor outside the layers, and the bytes that were allocated for it. */
  alsoTo(role: TensorRole, second: RowSink, bytes: number): void
}

/** Allocates for `tensors` only, and nothing before it is asked for. */
export function weightArrays(gpu: GpuSession, tensors: readonly ShardTensor[]): WeightArrays {
  const listed = new Map(tensors.map((tensor) => [tensorKey(tensor), tensor]))
  // What is listed but never asked for (a whole norm of heads, for a rank without heads) is taken and dropped.
  const sinks = new Map<string, RowSink>(tensors.map((tensor) => [tensorKey(tensor), () => undefined]))
  let byteLength = 0

  const find = (role: TensorRole, layer: number | null) => listed.get(tensorKey({ role, layer }))
  const get = (role: TensorRole, layer: number | null) => {
    const tensor = find(role, layer)
    if (tensor) return tensor
    throw new ModelFormatError(`The shard needs ${tensorKey({ role, layer })}, which the model does not list.`)
  }
  const vectors = (roles: readonly TensorRole[], layer: number | null) => {
    const stack = roles.map((role) => get(role, layer))
    const array = gpu.allocate(4 * stack.reduce((sum, { columns }) => sum + rangeLength(columns), 0), 'float32')
    let behind = 0
    for (const tensor of stack) {
      const at = behind
      sinks.set(tensorKey(tensor), (_first, _count, bytes) => gpu.write(array, at, bytes))
      behind += 4 * rangeLength(tensor.columns)
    }
    byteLength += array.byteLength
    return array
  }
  const biases = (roles: readonly TensorRole[], layer: number | null) =>
    roles.some((role) => find(role, layer)) ? vectors(roles, layer) : null
  const matrix = (
    roles: readonly TensorRole[],
    layer: number | null,
    { partRows, oneFormat = false }: Stacking = {},
  ) => {
    const stack = roles.map((role) => get(role, layer))
    const differ = stack.some(({ format }) => format !== stack[0]!.format)
    const held = ({ format }: ShardTensor) => (oneFormat && differ ? 'f32' : format)
    const rows = stack.map((tensor) => ({ format: held(tensor), rowCount: rangeLength(tensor.rows) }))
    const made = allocateMatrix(gpu, rows, rangeLength(stack[0]!.columns), partRows)
    let above = 0
    for (const tensor of stack) {
      const at = above
      const convert = held(tensor) === tensor.format ? null : (bytes: Uint8Array) => toFloats(tensor, bytes)
      sinks.set(tensorKey(tensor), (first, count, bytes) =>
        writeRows(gpu, made, at + first, count, convert?.(bytes) ?? bytes),
      )
      above += rangeLength(tensor.rows)
    }
    byteLength += made.byteLength
    return made
  }
  return {
    sinks,
    get byteLength() {
      return byteLength
    },
    find,
    get,
    vectors,
    norm: (role, layer, kind) => vectors(kind === 'rms' ? [role] : [role, `${role}Bias` as TensorRole], layer),
    biases,
    matrix,
    dense: (roles, layer, stacking) => ({
      ...matrix(roles, layer, stacking),
      bias: biases(
        roles.map((role) => `${role}Bias` as TensorRole),
        layer,
      ),
    }),
    alsoTo(role, second, bytes) {
      const first = sinks.get(role)
      sinks.set(role, (...rows) => {
        first?.(...rows)
        second(...rows)
      })
      byteLength += bytes
    },
  }
}

/** Whole rows of file blocks as f32. */
function toFloats({ format }: ShardTensor, bytes: Uint8Array): Uint8Array {
  const { blockSize, bytesPerBlock } = FORMAT_LAYOUT[format]
  const values = new Float32Array((bytes.byteLength / bytesPerBlock) * blockSize)
  dequantize(format, bytes, values.length, values, 0)
  return new Uint8Array(values.buffer)
}
