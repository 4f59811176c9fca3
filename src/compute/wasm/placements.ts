// Where each tensor of a shard lies in WASM memory, and what kernels are told of it.
import { rangeLength } from '../../base/ranges.ts'
import { isVector, type ShardTensor, type TensorFormat } from '../../model/tensor.ts'
import { GROUP_ROWS, groupBytes } from './interleave.ts'
import type { RecordValues } from './structures.ts'

export interface Placement {
  tensor: ShardTensor
  /** Norm gains, biases and RoPE factors: one plain float32 row, zeros behind it up to a whole group. */
  vector: boolean
  address: number
  byteLength: number
  columns: number
  rowCount: number
}

const FORMAT_CODES: Readonly<Record<TensorFormat, number>> = { f32: 0, f16: 1, int8: 2, int4: 3 }

/** Hands out addresses, 64-byte aligned. */
export class Arena {
  next: number

  constructor(start: number) {
    this.next = start
  }

  take(byteLength: number): number {
    const address = roundUp(this.next, 64)
    this.next = address + byteLength
    return address
  }

  floats(count: number): number {
    return this.take(count * 4)
  }
}

export function place(tensor: ShardTensor, arena: Arena): Placement {
  const columns = rangeLength(tensor.columns)
  const rowCount = rangeLength(tensor.rows)
  const vector = isVector(tensor.role)
  const byteLength = vector
    ? roundUp(columns, GROUP_ROWS) * 4
    : Math.ceil(rowCount / GROUP_ROWS) * groupBytes(tensor.format, columns)
  return { tensor, vector, address: arena.take(byteLength), byteLength, columns, rowCount }
}

/** The kernels' view of a matrix, or of its rows `start..end` widened to whole groups; `bias` is an address, 0: none. */
export function matrixRecord(
  { tensor, address, columns, rowCount }: Placement,
  bias = 0,
  start = 0,
  end = rowCount,
): RecordValues<'Matrix'> {
  const firstGroup = Math.floor(start / GROUP_ROWS)
  return {
    address: address + firstGroup * groupBytes(tensor.format, columns),
    format: FORMAT_CODES[tensor.format],
    groups: Math.ceil(end / GROUP_ROWS) - firstGroup,
    columns,
    bias,
  }
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}
