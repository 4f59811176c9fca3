// Rows of the tables that embed, out of the kernels' order.
import { HeadroomError } from '../../base/errors.ts'
import type { TensorRole } from '../../model/tensor.ts'
import type { RowReader } from '../embed-tokens.ts'
import { readRow } from './interleave.ts'
import type { MemoryLayout } from './memory-layout.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** Reads from `memory` as it is laid out; a table's view is made once, until memory grows. */
export function rowReader({ placements }: MemoryLayout, memory: WasmMemory): RowReader {
  const views = new Map<TensorRole, DataView>()
  const viewOf = (role: TensorRole, address: number, byteLength: number) => {
    let view = views.get(role)
    if (view?.buffer !== memory.buffer) {
      view = new DataView(memory.buffer, address, byteLength)
      views.set(role, view)
    }
    return view
  }
  return (role, row, out) => {
    const placement = placements.get(role)
    if (!placement) throw new HeadroomError('internal', `Only the leader embeds: this rank holds no ${role}.`)
    const { tensor, vector, address, byteLength, columns } = placement
    if (vector) out.set(memory.floats(address, columns))
    else readRow(tensor.format, viewOf(role, address, byteLength), row, columns, out)
  }
}
