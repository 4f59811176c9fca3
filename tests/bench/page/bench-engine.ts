// What the benchmark asks of every engine, ours or a peer's, in a page or natively.
import type { DeviceWork } from '../../../src/compute/executor.ts'

export interface EngineRequest {
  /** A GGUF file: by address for ours, by path natively; wllama takes it picked in its page. */
  model: { url: string; path: string }
  /** The same model as an ONNX graph with its weights beside it; only onnxruntime reads it. */
  onnx: { graph: string; weights: string; layers: number; kvHeads: number; headSize: number } | null
  threads: number
  contextLength: number
  /** Tokens before the first timed decode step. Ours and llama.cpp read any number; of the others nobody asks for more than a few. */
  behind: number
}

/** One timed run. `decode`: steps after a prompt; `prefill`: the whole of `tokens`, up to the first token that follows. */
export interface Work {
  phase: 'decode' | 'prefill'
  tokens: number
  /** Other in every run: see `promptTokens`. */
  freshToken: number
}

export interface Timed {
  tokens: number
  ms: number
}

/** What only ours can say of itself. */
export interface OwnFigures {
  weights: string
  /** Weight bytes that one decode step reads. */
  bytesPerToken: number
}

/** What one decode step of ours sends to a GPU and waits for: as many on any, where times are of this one alone. */
export type GpuStep = DeviceWork & { weights: string }

/** One more run of ours, looked into. */
export interface OwnProfile {
  /** Time in WASM kernels, and all of it. */
  kernelMs: number
  totalMs: number
  weightBytes: number
  kvBytes: number
  peakBytes: number
}

export interface BenchEngine {
  /** The figures where the engine is ours. */
  open(request: EngineRequest): Promise<OwnFigures | null>
  run(work: Work): Promise<Timed>
}

/** Tokens before the first timed decode step where nothing else is asked for. */
export const promptLength = 4

/**
 * Ids that every vocabulary of the benchmark has and that stop nothing. Where prompts are timed the fresh one is first, and no engine
 * finds any of them in its cache; what decode steps stand behind is read once, and only its last token is fresh.
 */
export function promptTokens(phase: Work['phase'], length: number, freshToken: number): number[] {
  const fresh = phase === 'prefill' ? 0 : length - 1
  return Array.from({ length }, (_, i) => (i === fresh ? freshToken : 300 + ((i * 37) % 1000)))
}
