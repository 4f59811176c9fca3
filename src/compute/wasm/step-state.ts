// One step in flight. The streams are plain arrays here, so that any number of steps may be open on one WASM memory.
import { HeadroomError } from '../../base/errors.ts'
import { type ModelConfig, streamWidth } from '../../model/config.ts'
import type { State, Step } from '../executor.ts'

export interface WasmState extends State {
  /** The residual stream, [T, H]. */
  residual: Float32Array
  /** What sublayers read and add to, [T, S]: the residual stream itself, or what a layer's bottleneck made of it. */
  stream: Float32Array
  /** Given to the caller by `partial`, [T, S]. */
  partial: Float32Array
  /** cosine, sine of each rotated pair, [T, rotatedSize / 2, 2]. */
  turns: Float32Array
  /** 0 or -Infinity for each position, where not all are seen by all; empty in causal models. */
  mask: Float32Array
}

/** Throws `peer-shape` where `embedded` is not [T, H]. */
export function openState(
  config: ModelConfig,
  frequencies: Float32Array,
  step: Step,
  embedded: Float32Array,
): WasmState {
  const { hiddenSize, bottleneck, causal } = config
  const tokenCount = step.positions.length
  if (embedded.length !== tokenCount * hiddenSize)
    throw new HeadroomError(
      'peer-shape',
      `${embedded.length} embedded values came for ${tokenCount} tokens of ${hiddenSize}.`,
    )
  const residual = embedded.slice()
  const streamSize = tokenCount * streamWidth(config)
  return {
    step,
    tokenCount,
    residual,
    stream: bottleneck ? new Float32Array(streamSize) : residual,
    partial: new Float32Array(streamSize),
    turns: turnsOf(step.positions, frequencies),
    mask: causal ? new Float32Array(0) : maskOf(step),
  }
}

export function stateBytes({ residual, stream, partial, turns, mask }: WasmState): number {
  const arrays = new Set([residual, stream, partial, turns, mask])
  return [...arrays].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function turnsOf(positions: readonly number[], frequencies: Float32Array): Float32Array {
  const pairs = frequencies.length
  const turns = new Float32Array(positions.length * pairs * 2)
  positions.forEach((position, token) => {
    for (let pair = 0; pair < pairs; pair++) {
      const angle = position * frequencies[pair]!
      turns[(token * pairs + pair) * 2] = Math.cos(angle)
      turns[(token * pairs + pair) * 2 + 1] = Math.sin(angle)
    }
  })
  return turns
}

/** Where all are hidden, none is: a token must see something. */
function maskOf({ positions, mask }: Step): Float32Array {
  const hides = mask?.some((shown) => shown !== 0) ?? false
  return Float32Array.from(positions, (_, i) => (hides && mask?.[i] === 0 ? -Infinity : 0))
}
