// Takes a shard's weights piece by piece and puts each straight into the kernels' order.
import { HeadroomError, ModelFormatError } from '../../base/errors.ts'
import { bytesOf, tensorKey, type WeightPiece } from '../../model/tensor.ts'
import type { Executor, ExecutorLoader } from '../executor.ts'
import { GROUP_ROWS, groupBytes, interleave } from './interleave.ts'
import type { MemoryLayout } from './memory-layout.ts'
import type { Placement } from './placements.ts'
import type { WasmMemory } from './wasm-memory.ts'

export class WasmLoader implements ExecutorLoader {
  readonly #layout: MemoryLayout
  readonly #start: (memory: WasmMemory) => Promise<Executor>
  readonly #rowsWritten = new Map<string, number>()
  #memory: WasmMemory | null

  /** `start` makes the executor once all weights are there. */
  constructor(layout: MemoryLayout, memory: WasmMemory, start: (memory: WasmMemory) => Promise<Executor>) {
    this.#layout = layout
    this.#memory = memory
    this.#start = start
  }

  write(piece: WeightPiece): void {
    const key = tensorKey(piece.tensor)
    const placement = this.#layout.placements.get(key)
    const written = this.#rowsWritten.get(key) ?? 0
    const { firstRow, rowCount } = piece
    if (!placement || firstRow !== written || firstRow % GROUP_ROWS !== 0 || firstRow + rowCount > placement.rowCount)
      throw new ModelFormatError(
        `Rows ${firstRow}+${rowCount} of ${key} were not expected (${written} rows are there).`,
      )
    this.#store(placement, piece, key)
    this.#rowsWritten.set(key, written + rowCount)
  }

  async finish(): Promise<Executor> {
    for (const [key, { rowCount }] of this.#layout.placements) {
      const written = this.#rowsWritten.get(key) ?? 0
      if (written < rowCount)
        throw new ModelFormatError(`${key} is incomplete: ${written} of ${rowCount} rows came. Load the model again.`)
    }
    const memory = this.#open()
    this.#memory = null
    return this.#start(memory)
  }

  close(): void {
    this.#memory = null
  }

  #open(): WasmMemory {
    if (!this.#memory) throw new HeadroomError('internal', 'This loader is finished or closed.')
    return this.#memory
  }

  #store({ tensor, vector, address, byteLength, columns }: Placement, piece: WeightPiece, key: string): void {
    const { format } = tensor
    const expected = bytesOf(format, piece.rowCount, columns)
    if (piece.bytes.length !== expected || piece.tensor.format !== format)
      throw new ModelFormatError(
        `${piece.rowCount} rows of ${key} came as ${piece.bytes.length} bytes of ${piece.tensor.format}; expected ${expected} of ${format}.`,
      )
    const target = this.#open().bytes(address, byteLength)
    if (vector) {
      target.set(piece.bytes)
      return
    }
    const group = target.subarray((piece.firstRow / GROUP_ROWS) * groupBytes(format, columns))
    if (!interleave(format, piece.bytes, piece.rowCount, columns, group))
      throw new ModelFormatError(
        `${key} holds an infinite or NaN value near row ${piece.firstRow}: the file is damaged. Download it again.`,
        'model-corrupt',
      )
  }
}
