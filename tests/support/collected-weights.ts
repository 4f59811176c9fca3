// A loader that keeps every piece and insists on the order that executors are promised.
import type { ExecutorLoader } from '../../src/compute/executor.ts'
import { bytesOf, type ShardTensor, tensorKey } from '../../src/model/tensor.ts'

export interface CollectedWeights extends Pick<ExecutorLoader, 'write'> {
  /** By `tensorKey`: the slice's bytes in its resident format. */
  slices: Map<string, Uint8Array>
  largestPieceBytes: number
  /** Throws where a tensor is incomplete. */
  finish(): Map<string, Uint8Array>
}

export function collectWeights(tensors: readonly ShardTensor[]): CollectedWeights {
  const rowsWritten = new Map<string, number>()
  const collected: CollectedWeights = {
    slices: new Map(),
    largestPieceBytes: 0,
    write({ tensor, firstRow, rowCount, bytes }) {
      const key = tensorKey(tensor)
      const columns = tensor.columns.end - tensor.columns.start
      const rows = tensor.rows.end - tensor.rows.start
      const slice = collected.slices.get(key) ?? new Uint8Array(bytesOf(tensor.format, rows, columns))
      const rowBytes = slice.length / rows
      if (!tensors.includes(tensor)) throw new Error(`${key} was not asked for`)
      if (firstRow !== (rowsWritten.get(key) ?? 0)) throw new Error(`${key}: row ${firstRow} is out of order`)
      if (rowCount % 8 !== 0 && firstRow + rowCount !== rows) throw new Error(`${key}: ${rowCount} rows in a piece`)
      if (bytes.length !== rowCount * rowBytes) throw new Error(`${key}: ${bytes.length} bytes for ${rowCount} rows`)
      slice.set(bytes, firstRow * rowBytes)
      collected.slices.set(key, slice)
      rowsWritten.set(key, firstRow + rowCount)
      collected.largestPieceBytes = Math.max(collected.largestPieceBytes, bytes.length)
    },
    finish() {
      for (const tensor of tensors) {
        const rows = tensor.rows.end - tensor.rows.start
        if (rowsWritten.get(tensorKey(tensor)) !== rows) throw new Error(`${tensorKey(tensor)} is incomplete`)
      }
      return collected.slices
    },
  }
  return collected
}
