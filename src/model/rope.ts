// Frequencies of rotary position embedding (Su et al. 2021, RoFormer) and their scaling: linear (Chen et al. 2023, position
// interpolation) and llama3 (Dubey et al. 2024; transformers' modeling_rope_utils.py), which stretches only long wavelengths.
import { ModelFormatError } from '../base/errors.ts'
import type { ModelConfig, RopeScaling } from './config.ts'

/**
 * Radians a position turns each pair, `[rotatedSize / 2]`; `factors` is GGUF's `rope_freqs` tensor of the same length (each
 * frequency is divided by it) or null. Empty without RoPE. Throws `model-format` when its length differs or a factor is not positive.
 */
export function ropeFrequencies(positions: ModelConfig['positions'], factors: Float32Array | null): Float32Array {
  if (positions.kind === 'learned') return new Float32Array(0)
  const { theta, rotatedSize, scaling } = positions
  const pairCount = rotatedSize / 2
  if (factors !== null && factors.length !== pairCount) {
    throw new ModelFormatError(
      `The RoPE factors have ${factors.length} values where ${pairCount} pairs are rotated: the file does not fit together.`,
    )
  }
  const bad = factors?.find((factor) => !(factor > 0 && Number.isFinite(factor)))
  if (bad !== undefined) throw new ModelFormatError(`A RoPE factor is ${bad}; all must be positive numbers.`)
  return Float32Array.from({ length: pairCount }, (_, pair) => {
    const frequency = theta ** ((-2 * pair) / rotatedSize)
    return scaled(frequency, scaling) / (factors?.[pair] ?? 1)
  })
}

function scaled(frequency: number, scaling: RopeScaling): number {
  if (scaling.kind === 'none') return frequency
  if (scaling.kind === 'linear') return frequency / scaling.factor
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContextLength } = scaling
  const turns = (originalContextLength * frequency) / (2 * Math.PI)
  if (turns > high) return frequency
  if (turns < low) return frequency / factor
  const smooth = (turns - low) / (high - low)
  return ((1 - smooth) * frequency) / factor + smooth * frequency
}
