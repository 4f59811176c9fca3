// What the leader embeds with, kept in main memory in file blocks: `embed` answers synchronously, which a GPU cannot, from a few rows a
// step. On the GPU lie only the rank's vocabulary rows, for the head; with tied embeddings those rows are thus held twice (and counted twice).
import { HeadroomError } from '../../base/errors.ts'
import { rangeLength } from '../../base/ranges.ts'
import type { ModelConfig } from '../../model/config.ts'
import { embeddingTensors } from '../../model/model-tensors.ts'
import { bytesOf, type ShardTensor, type TensorRole } from '../../model/tensor.ts'
import type { RowReader } from '../embed-tokens.ts'
import { dequantize } from '../reference/dequantize.ts'
import type { WeightArrays } from './weight-arrays.ts'

export interface EmbeddingTables {
  /** Throws `internal` for what this rank does not hold. */
  readRow: RowReader
  byteLength: number
}

/** Room for those of the tensors that embed, and their sinks; a member holds none. */
export function embeddingTables(config: ModelConfig, { find, sinks }: WeightArrays): EmbeddingTables {
  const tables = new Map<TensorRole, { tensor: ShardTensor; bytes: Uint8Array }>()
  let byteLength = 0
  for (const { role } of embeddingTensors(config)) {
    const tensor = find(role, null)
    if (!tensor) continue
    const rowBytes = rowBytesOf(tensor)
    const bytes = new Uint8Array(rangeLength(tensor.rows) * rowBytes)
    tables.set(role, { tensor, bytes })
    sinks.set(role, (firstRow, _count, piece) => bytes.set(piece, firstRow * rowBytes))
    byteLength += bytes.byteLength
  }
  const readRow: RowReader = (role, row, out) => {
    const table = tables.get(role)
    if (!table) throw new HeadroomError('internal', `Only the leader embeds: this rank holds no ${role}.`)
    const rowBytes = rowBytesOf(table.tensor)
    dequantize(table.tensor.format, table.bytes.subarray(row * rowBytes, (row + 1) * rowBytes), out.length, out, 0)
  }
  return { readRow, byteLength }
}

function rowBytesOf({ format, columns }: ShardTensor): number {
  return bytesOf(format, 1, rangeLength(columns))
}
