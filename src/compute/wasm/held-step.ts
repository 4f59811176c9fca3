// The step whose streams lie in WASM memory from one call to the next: one of a single tile, as every decode step is. Its views are made
// once for all steps of as many tokens, until memory grows: to make one takes as long as to copy a small stream.

import type { WasmState } from './step-state.ts'
import type { RecordValues } from './structures.ts'
import { TILE } from './tiles.ts'
import type { WasmMemory } from './wasm-memory.ts'

interface Views {
  buffer: ArrayBufferLike
  tokenCount: number
  stream: Float32Array
  residual: Float32Array
  sum: Float32Array
  /** The sublayer's result, where its rows lie side by side. */
  output: Float32Array
  turns: Float32Array
  mask: Float32Array
}

export interface HeldStep {
  /** Views of the step's streams in memory, brought there if need be; null for a step of many tiles. */
  hold(state: WasmState): Views | null
  /** The step's arrays hold its streams again. Call it before memory grows. */
  release(): void
}

export function heldStep(memory: WasmMemory, workspace: RecordValues<'Workspace'>): HeldStep {
  let held: WasmState | null = null
  let views: Views | null = null
  const viewsOf = ({ tokenCount, stream, residual, turns, mask }: WasmState): Views => {
    if (views?.tokenCount === tokenCount && views.buffer === memory.buffer) return views
    views = {
      buffer: memory.buffer,
      tokenCount,
      stream: memory.floats(workspace.stream, stream.length),
      residual: memory.floats(workspace.residual, residual.length),
      sum: memory.floats(workspace.sum, stream.length),
      output: memory.floats(workspace.output, stream.length),
      turns: memory.floats(workspace.turns, turns.length),
      mask: memory.floats(workspace.mask, mask.length),
    }
    return views
  }
  return {
    release() {
      if (!held) return
      const { stream, residual } = viewsOf(held)
      held.stream.set(stream)
      if (held.stream !== held.residual) held.residual.set(residual)
      held = null
    },
    hold(state) {
      if (state.tokenCount > TILE) return null
      const { stream, residual, turns, mask } = viewsOf(state)
      if (held === state) return views
      held = state
      stream.set(state.stream)
      if (state.stream !== state.residual) residual.set(state.residual)
      turns.set(state.turns)
      mask.set(state.mask)
      return views
    },
  }
}
