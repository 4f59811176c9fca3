// One step in flight. The streams are plain arrays here, which the next step takes over where it has as many tokens: decoding makes none.
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

/** `before`: a step that is over. Throws `peer-shape` where `embedded` is not [T, H]. */
export function openState(
  config: ModelConfig,
  frequencies: Float32Array,
  step: Step,
  embedded: Float32Array,
  before: WasmState | null = null,
): WasmState {
  const tokenCount = step.positions.length
  if (embedded.length !== tokenCount * config.hiddenSize)
    throw new HeadroomError(
      'peer-shape',
      `${embedded.length} embedded values came for ${tokenCount} tokens of ${config.hiddenSize}.`,
    )
  const arrays = before?.tokenCount === tokenCount ? before : makeArrays(config, tokenCount, frequencies.length)
  const { residual, stream, partial, turns } = arrays
  residual.set(embedded)
  turn(turns, step.positions, frequencies)
  const mask = config.causal ? arrays.mask : maskOf(step)
  return { step, tokenCount, residual, stream, partial, turns, mask }
}

function makeArrays(config: ModelConfig, tokenCount: number, pairs: number): Omit<WasmState, 'step' | 'tokenCount'> {
  const residual = new Float32Array(tokenCount * config.hiddenSize)
  const streamSize = tokenCount * streamWidth(config)
  return {
    residual,
    stream: config.bottleneck ? new Float32Array(streamSize) : residual,
    partial: new Float32Array(streamSize),
    turns: new Float32Array(tokenCount * pairs * 2),
    mask: new Float32Array(0),
  }
}

export function stateBytes({ residual, stream, partial, turns, mask }: WasmState): number {
  const arrays = new Set([residual, stream, partial, turns, mask])
  return [...arrays].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function turn(turns: Float32Array, positions: readonly number[], frequencies: Float32Array): void {
  let at = 0
  for (let token = 0; token < positions.length; token++)
    for (let pair = 0; pair < frequencies.length; pair++) {
      const angle = positions[token]! * frequencies[pair]!
      turns[at++] = Math.cos(angle)
      turns[at++] = Math.sin(angle)
    }
}

/** Where all are hidden, none is: a token must see something. */
function maskOf({ positions, mask }: Step): Float32Array {
  const hides = mask?.some((shown) => shown !== 0) ?? false
  return Float32Array.from(positions, (_, i) => (hides && mask?.[i] === 0 ? -Infinity : 0))
}
