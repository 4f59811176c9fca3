// The step whose streams lie in WASM memory from one call to the next: one of a single tile, as every decode step is. Another step that
// comes between sends it back to its arrays. Views are made once a step: to make one takes as long as to copy a small stream.

import type { WasmState } from './step-state.ts'
import type { RecordValues } from './structures.ts'
import { TILE } from './tiles.ts'
import type { WasmMemory } from './wasm-memory.ts'

interface Held {
  state: WasmState
  stream: Float32Array
  residual: Float32Array
  sum: Float32Array
  /** The sublayer's result, where its rows lie side by side. */
  output: Float32Array
}

export interface HeldStep {
  /** Views of the step's streams in memory, brought there if need be; null for a step of many tiles. */
  hold(state: WasmState): Held | null
  /** Every step's arrays hold its streams again. Call it before memory grows. */
  release(): void
}

export function heldStep(memory: WasmMemory, workspace: RecordValues<'Workspace'>): HeldStep {
  let held: Held | null = null
  const release = () => {
    if (!held) return
    const { state, stream, residual } = held
    state.stream.set(stream)
    if (state.stream !== state.residual) state.residual.set(residual)
    held = null
  }
  return {
    release,
    hold(state) {
      if (held?.state === state) return held
      release()
      if (state.tokenCount > TILE) return null
      const { stream, residual, turns, mask } = state
      held = {
        state,
        stream: memory.floats(workspace.stream, stream.length),
        residual: memory.floats(workspace.residual, residual.length),
        sum: memory.floats(workspace.sum, stream.length),
        output: memory.floats(workspace.output, stream.length),
      }
      held.stream.set(stream)
      if (stream !== residual) held.residual.set(residual)
      memory.floats(workspace.turns, turns.length).set(turns)
      memory.floats(workspace.mask, mask.length).set(mask)
      return held
    },
  }
}
